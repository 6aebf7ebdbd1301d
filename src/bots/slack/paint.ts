/** 🎨 on a picture, where the channel has a brush: painted with it, in the thread of its message. */
import type { Reply } from '../../core/reply.ts';
import { stylize } from '../stylize.ts';
import { act } from './act.ts';
import type { Client } from './client.ts';
import { given, picturesAmong, type SlackFile } from './files-given.ts';
import { acknowledge, addressOf, type Occasion, type SlackDeps, senderOf } from './occasion.ts';

export const PALETTE = 'art';
/** Pictures of one message that are painted. */
const MOST = 4;

interface Target {
  channel: string;
  ts: string;
}

/** Nothing where the channel has no brush or the message no picture. */
export async function paint(deps: SlackDeps, occasion: Occasion, { channel, ts }: Target): Promise<Reply | undefined> {
  const brush = await deps.studio.channelBrush({ platform: 'slack', id: channel });
  if (!brush) return undefined;
  const ours = await deps.studio.findByMessage('slack', `${channel}:${ts}`);
  const { threadTs, files } = ours
    ? { threadTs: threadOf(ours.address), files: [] }
    : await look(deps.client, channel, ts);
  const below: Occasion = { ...occasion, threadTs: threadTs ?? ts };
  const each = (i: number): Occasion => (i === 0 ? below : { ...below, eventId: `${below.eventId}:${i}` });
  if (ours)
    for (const [i, { index }] of ours.images.slice(0, MOST).entries())
      await act(deps, each(i), { verb: 'stylize', index, generationId: ours.id, detail: brush });
  for (const [i, file] of files.slice(0, MOST).entries()) {
    const there = each(i);
    const options = { picture: given(deps, file), brush };
    const event = { eventId: there.eventId, sender: senderOf(there), address: addressOf(there), options };
    await stylize(deps, event, acknowledge(deps, there));
  }
  return undefined;
}

const threadOf = (address: { platform: string; threadTs?: string | undefined }) => address.threadTs;

interface Shown {
  ts: string;
  thread_ts?: string;
  files?: unknown;
}

/** What somebody's message holds. Answers in a thread are not in the channel's history. */
async function look(client: Client, channel: string, ts: string): Promise<{ threadTs?: string; files: SlackFile[] }> {
  const one = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 };
  const find = ({ messages }: { messages: Shown[] }) => messages.find((message) => message.ts === ts);
  const message =
    find(await client.again('conversations.history', one)) ??
    find(await client.again('conversations.replies', { ...one, ts, limit: 2 }).catch(() => ({ messages: [] })));
  return { files: picturesAmong(message?.files), ...(message?.thread_ts && { threadTs: message.thread_ts }) };
}
