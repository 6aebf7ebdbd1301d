/** Posting a message so that it appears once: Slack has no idempotency key, so a lost answer is looked up by our stamp. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Client } from './client.ts';
import { isLost } from './failure.ts';
import type { Look } from './render.ts';

export interface Post {
  channel: string;
  threadTs?: string | undefined;
  look: Look;
  /** What this message is, among all we post: `<generation id>:<part>`. */
  stamp: string;
  /** An earlier attempt may have shown it already. */
  repeated?: boolean;
}

const TRIES = 4;
const MAX_PAUSE_MS = 30_000;
const EVENT_TYPE = 'atelier';
const PLAIN = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };

/** The timestamp (Slack's message id). Throws platform_unavailable with detail.ambiguous when Slack cannot tell us. */
export async function say({ client, log }: { client: Client; log: Logger }, post: Post): Promise<string> {
  const { channel, threadTs, look, stamp } = post;
  if (post.repeated) {
    const ts = await lookUp(client, post);
    if (ts) return ts;
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const { ts } = await client.once('chat.postMessage', {
        channel,
        ...look,
        ...(threadTs && { thread_ts: threadTs }),
        metadata: { event_type: EVENT_TYPE, event_payload: { stamp } },
        ...PLAIN,
      });
      return ts as string;
    } catch (caught) {
      const pause = caught instanceof AppError ? caught.detail.retryAfterMs : undefined;
      if (attempt === TRIES) throw caught;
      if (typeof pause === 'number' && pause <= MAX_PAUSE_MS) {
        await sleep(pause); // a rate limit: certainly not shown
        continue;
      }
      if (!isLost(caught)) throw caught;
      await sleep(300 * attempt); // let what is under way arrive before looking
      const ts = await lookUp(client, post).catch((cause: unknown) => {
        log.warn({ channel, stamp, err: cause }, 'ambiguous post');
        throw new AppError('platform_unavailable', 'Slack did not answer.', { cause, detail: { ambiguous: true } });
      });
      if (ts) return ts;
    }
  }
}

/** The message that bears the stamp, among the latest of its channel or thread. */
async function lookUp(client: Client, { channel, threadTs, stamp }: Post): Promise<string | undefined> {
  const where = threadTs ? { channel, ts: threadTs } : { channel };
  const { messages } = await client.again(threadTs ? 'conversations.replies' : 'conversations.history', {
    ...where,
    limit: 100,
    include_all_metadata: true,
  });
  return (messages as Stamped[]).find(({ metadata }) => metadata?.event_payload?.stamp === stamp)?.ts;
}

interface Stamped {
  ts: string;
  metadata?: { event_payload?: { stamp?: unknown } };
}
