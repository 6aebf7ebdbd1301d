/** Shows replies on the placeholder's message. chat.update may be repeated, so an outcome appears once however often it is sent. */
import type { AddressOf } from '../../core/address.ts';
import type { Courier } from '../../core/courier.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply } from '../../core/reply.ts';
import type { Client } from './client.ts';
import { directChannel } from './direct.ts';
import { slackWord } from './failure.ts';
import { handOut, onOneSheet } from './hand-out.ts';
import { ARCHIVE, type Look, render } from './render.ts';
import { say } from './say.ts';
import { discard, upload } from './upload.ts';

export interface CourierDeps {
  client: Client;
  log: Logger;
  read: (key: string) => Promise<Uint8Array>;
}

type Address = AddressOf<'slack'>;

/** Refusals of a channel that no longer takes our words, while its person still reads direct messages. */
const CLOSED = new Set([
  'is_archived',
  'channel_not_found',
  'not_in_channel',
  'cant_update_message',
  'restricted_action',
]);

export function createCourier(deps: CourierDeps): Courier<'slack'> {
  const { client, log } = deps;
  const update = (call: Client['again'], { channel, ts }: Address, look: Look) =>
    call('chat.update', { channel, ts, ...look, parse: 'none', link_names: false });

  async function show(address: Address, reply: Reply, look: Look, attempt: number): Promise<Address> {
    const stamp = `${reply.generationId}:outcome`;
    try {
      if (address.ts) {
        await update(client.again, address, look);
        return address;
      }
      const { channel, threadTs } = address;
      return { ...address, ts: await say(deps, { channel, threadTs, look, stamp, repeated: attempt > 1 }) };
    } catch (caught) {
      if (!CLOSED.has(slackWord(caught) ?? '')) throw caught;
      const channel = await directChannel(client, address.userId);
      if (channel === address.channel) throw caught;
      log.info({ generationId: reply.generationId, reason: slackWord(caught) }, 'outcome goes to direct messages');
      const { threadTs: _, ...rest } = address;
      return { ...rest, channel, ts: await say(deps, { channel, look, stamp, repeated: attempt > 1 }) };
    }
  }

  return {
    platform: 'slack',

    async deliver(address, reply, attempt) {
      const stale = attempt > 1 ? await filesShown(client, address).catch(() => []) : [];
      const where = { channel: address.channel, threadTs: address.threadTs ?? address.ts };
      const archives = await handOut(deps, reply, where, attempt > 1);
      const sheet = reply.archive ? await onOneSheet(deps, reply) : { reply, read: deps.read };
      const files = await upload({ ...deps, read: sheet.read }, sheet.reply.images);
      try {
        const shown = await show(address, reply, render(sheet.reply, files, archives), attempt);
        await discard(
          client,
          stale.filter((id) => !archives.ids.includes(id)),
        );
        return { message: key(shown), address: shown };
      } catch (caught) {
        if (caught instanceof AppError && caught.code === 'platform_refused') await discard(client, files);
        throw caught;
      }
    },

    async progress(address, reply) {
      if (address.ts) await update(client.once, address, render(reply));
    },

    async remove(address) {
      if (!address.ts) return;
      const files = await filesShown(client, address).catch(() => []);
      await client.again('chat.delete', { channel: address.channel, ts: address.ts }).catch((caught: unknown) => {
        if (slackWord(caught) !== 'message_not_found') throw caught;
      });
      await discard(client, files);
    },
  };
}

/** The courier's reference of a message, as reactions name it. */
const key = ({ channel, ts }: Address): string => `${channel}:${ts}`;

/** The uploaded files a message shows or names now. Needs the history scopes. */
async function filesShown(client: Client, { channel, ts, threadTs }: Address): Promise<string[]> {
  if (!ts) return [];
  const one = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 };
  const { messages } = threadTs
    ? await client.again('conversations.replies', { ...one, ts: threadTs, limit: 2 })
    : await client.again('conversations.history', one);
  const message = (messages as Shown[]).find((message) => message.ts === ts);
  return (message?.blocks ?? []).flatMap(({ slack_file, block_id }) => {
    if (block_id?.startsWith(ARCHIVE)) return block_id.slice(ARCHIVE.length).split(',');
    return slack_file?.id ? [slack_file.id] : [];
  });
}

interface Shown {
  ts: string;
  blocks?: { block_id?: string; slack_file?: { id?: string } }[];
}
