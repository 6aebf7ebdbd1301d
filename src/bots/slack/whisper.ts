/** A word only one person sees: by response_url, else as an ephemeral message, else in our direct messages. */
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply } from '../../core/reply.ts';
import { directChannel } from './direct.ts';
import { onOneSheet } from './hand-out.ts';
import { render } from './render.ts';
import { type UploadDeps, upload } from './upload.ts';

export interface Ear {
  userId: string;
  channel?: string | undefined;
  threadTs?: string | undefined;
  /** Good for five uses within thirty minutes. */
  responseUrl?: string | undefined;
}

const TIMEOUT_MS = 10_000;

/** Never throws: there is nobody left to tell. */
export async function whisper(deps: UploadDeps & { log: Logger }, ear: Ear, reply: Reply): Promise<void> {
  const { client, log } = deps;
  const { userId, channel, threadTs, responseUrl } = ear;
  const shown = await pictured(deps, reply).catch((error: unknown) => {
    log.warn({ err: error, userId }, 'pictures of a private word not uploaded');
    return { reply, files: [] };
  });
  const look = render(shown.reply, shown.files);
  const ways: (() => Promise<unknown>)[] = [
    ...(responseUrl ? [() => respond(responseUrl, look)] : []),
    ...(channel
      ? [
          () =>
            client.once('chat.postEphemeral', {
              channel,
              user: userId,
              ...look,
              ...(threadTs && { thread_ts: threadTs }),
            }),
        ]
      : []),
    async () => client.once('chat.postMessage', { channel: await directChannel(client, userId), ...look }),
  ];
  for (const way of ways)
    try {
      return void (await way());
    } catch (error) {
      log.debug({ err: error, userId }, 'whisper did not arrive');
    }
  log.warn({ userId, channel }, 'nothing reached the person');
}

/** More pictures than a message holds come as one sheet; the archive is where they were handed out. */
async function pictured(deps: UploadDeps, reply: Reply): Promise<{ reply: Reply; files: string[] }> {
  const sheet = reply.archive ? await onOneSheet(deps, reply) : { reply, read: deps.read };
  return { reply: sheet.reply, files: await upload({ ...deps, read: sheet.read }, sheet.reply.images) };
}

async function respond(url: string, look: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...look }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok)
    throw new AppError('platform_refused', 'The response URL was not taken.', { detail: { status: response.status } });
}
