/** One thing that happened in Slack: whose it is, where it was, and how it is dealt with — once, every failure told privately. */
import type { SlashCommand } from '@slack/bolt';
import type { AddressOf } from '../../core/address.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply } from '../../core/reply.ts';
import type { Kind } from '../../core/request.ts';
import type { Sender, Studio } from '../../core/studio.ts';
import type { Acknowledge } from '../ask.ts';
import { COMMANDS } from '../commands.ts';
import type { Options } from '../option-table.ts';
import { notice, refusal } from '../present.ts';
import { directChannel } from './direct.ts';
import type { FileDeps } from './files-given.ts';
import { render } from './render.ts';
import { say } from './say.ts';
import { whisper } from './whisper.ts';

export interface SlackDeps extends FileDeps {
  studio: Studio;
  log: Logger;
  /** Bytes of a picture, by key. */
  read: (key: string) => Promise<Uint8Array>;
  seen: (eventId: string) => boolean;
  nameOf: (userId: string) => Promise<string>;
  /** Shut-down waits for what is under way. */
  track: <T>(work: Promise<T>) => Promise<T>;
}

export interface Occasion {
  /** event_id of an event, trigger_id of anything else. */
  eventId: string;
  teamId: string;
  teamName?: string | undefined;
  userId: string;
  userName: string;
  /** Where it happened; the person's direct messages when nowhere. */
  channel?: string | undefined;
  threadTs?: string | undefined;
  responseUrl?: string | undefined;
  /** On a message that only this person sees. */
  whispered?: boolean;
}

/** A slash command as an occasion. */
export const ofCommand = (command: SlashCommand): Occasion => ({
  eventId: command.trigger_id,
  teamId: command.team_id,
  teamName: command.team_domain,
  userId: command.user_id,
  userName: command.user_name,
  channel: command.channel_id,
  responseUrl: command.response_url,
});

/** Runs the work unless it was done before. What it answers is whispered. */
export async function deal(deps: SlackDeps, occasion: Occasion, work: () => Promise<Reply | undefined>): Promise<void> {
  if (!deps.seen(occasion.eventId)) return deps.log.info({ eventId: occasion.eventId }, 'repeated event ignored');
  await deps.track(
    (async () => {
      try {
        const reply = await work();
        if (reply) await whisper(deps, occasion, reply);
      } catch (caught) {
        const error = toAppError(caught);
        const facts = { code: error.code, userId: occasion.userId, detail: error.detail };
        if (error.code === 'internal') deps.log.error({ ...facts, err: caught }, 'slack event failed');
        else deps.log.info(facts, 'slack event refused');
        await whisper(deps, occasion, refusal(error));
      }
    })(),
  );
}

/** Who asked. A direct message belongs to no space. */
export const senderOf = ({ userId, userName, teamId, teamName, channel }: Occasion): Sender => ({
  platform: 'slack',
  accountId: userId,
  name: userName,
  ...(channel && !channel.startsWith('D') && { space: { id: teamId, ...(teamName && { name: teamName }) } }),
});

/** Where the answer would go. */
export const addressOf = ({ teamId, userId, channel, threadTs, responseUrl }: Occasion): AddressOf<'slack'> => ({
  platform: 'slack',
  teamId,
  userId,
  channel: channel ?? '',
  ...(threadTs && { threadTs }),
  ...(responseUrl && { responseUrl }),
  private: false,
});

/** A command, whoever gave it and however. */
export const run = (deps: SlackDeps, occasion: Occasion, kind: Kind, options: Options): Promise<void> =>
  COMMANDS[kind].run(
    deps,
    { eventId: occasion.eventId, sender: senderOf(occasion), address: addressOf(occasion), options },
    acknowledge(deps, occasion),
  );

/** Posts the waiting reply: in the channel, or in our direct messages when it is private. */
export const acknowledge =
  (deps: SlackDeps, occasion: Occasion): Acknowledge =>
  async (reply) => {
    const apart = reply.private || !occasion.channel;
    const channel = apart ? await directChannel(deps.client, occasion.userId) : occasion.channel!;
    const threadTs = apart ? undefined : occasion.threadTs;
    if (!reply.generationId) throw new AppError('internal', 'A waiting reply names no generation.');
    const ts = await say(deps, { channel, threadTs, look: render(reply), stamp: `${reply.generationId}:first` });
    if (apart && occasion.channel && occasion.channel !== channel)
      void deps.track(
        whisper(deps, occasion, notice('On it. The result comes in our direct messages, for you alone.')),
      );
    const { threadTs: _, ...address } = addressOf(occasion);
    return { ...address, channel, ts, private: reply.private, ...(threadTs && { threadTs }) };
  };
