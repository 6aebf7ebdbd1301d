/** Upload v2: ask for a place, send the bytes, complete, then wait until Slack can really show the file. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { ReplyImage } from '../../core/reply.ts';
import type { Client } from './client.ts';
import { isLost } from './failure.ts';
import { type Sendable, sendable } from './sendable.ts';
import { clip } from './text.ts';

export interface UploadDeps {
  client: Client;
  read: (key: string) => Promise<Uint8Array>;
  /** How long Slack may take to process a file. */
  patienceMs?: number;
}

const PATIENCE_MS = 30_000;
const SEND_MS = 60_000;
const MAX_ALT_TEXT = 1000;

/** Slack's file ids, in the order of the images. Shared nowhere: an image block shows them to whoever sees the message. */
export async function upload(deps: UploadDeps, images: readonly ReplyImage[]): Promise<string[]> {
  if (images.length === 0) return [];
  const files = await Promise.all(
    images.map(async (image) => send(deps, await sendable(image, await deps.read(image.key)), image.altText)),
  );
  return complete(deps, files, {});
}

/** The same of any file, in a channel or a thread for everybody there. */
export async function share(
  deps: Pick<UploadDeps, 'client'>,
  files: readonly Sendable[],
  { channel, threadTs }: { channel: string; threadTs?: string | undefined },
): Promise<string[]> {
  if (files.length === 0) return [];
  const sent = [];
  for (const file of files) sent.push(await send(deps, file)); // an alternative text is for pictures alone
  return complete(deps, sent, { channel_id: channel, ...(threadTs && { thread_ts: threadTs }) });
}

async function complete(
  deps: Pick<UploadDeps, 'client' | 'patienceMs'>,
  files: { id: string; title: string }[],
  where: Record<string, string>,
): Promise<string[]> {
  await deps.client.once('files.completeUploadExternal', { files, ...where }).catch((caught: unknown) => {
    if (!isLost(caught)) throw caught; // else files.info will tell whether it was heard
  });
  const ids = files.map(({ id }) => id);
  await Promise.all(ids.map((id) => untilReady(deps, id)));
  return ids;
}

/** Best effort: a file nobody sees is untidy, not wrong. */
export const discard = (client: Client, ids: readonly string[]): Promise<unknown> =>
  Promise.allSettled(ids.map((id) => client.again('files.delete', { file: id })));

async function send(
  { client }: Pick<UploadDeps, 'client'>,
  { name, bytes }: Sendable,
  altText?: string,
): Promise<{ id: string; title: string }> {
  // The argument is alt_txt; the SDK's typed method would send alt_text, which Slack's documentation does not know.
  const { file_id, upload_url } = await client.again('files.getUploadURLExternal', {
    filename: name,
    length: bytes.length,
    ...(altText && { alt_txt: clip(altText, MAX_ALT_TEXT) }),
  });
  let failure: unknown;
  for (let attempt = 1; attempt <= 3; attempt++)
    try {
      const response = await fetch(upload_url, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: Uint8Array.from(bytes),
        redirect: 'error',
        signal: AbortSignal.timeout(SEND_MS),
      });
      if (response.ok) return { id: file_id, title: name };
      failure = new Error(`status ${response.status}`);
    } catch (caught) {
      failure = caught;
    }
  throw new AppError('platform_unavailable', 'Slack did not take the picture.', { cause: failure });
}

async function untilReady(
  { client, patienceMs = PATIENCE_MS }: Pick<UploadDeps, 'client' | 'patienceMs'>,
  id: string,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let pause = 150; ; pause = Math.min(1000, pause * 1.5)) {
    const { file } = await client.again('files.info', { file: id });
    if (file?.mimetype) return;
    if (Date.now() + pause > deadline)
      throw new AppError('platform_unavailable', 'Slack has not processed the picture yet.', { detail: { file: id } });
    await sleep(pause);
  }
}
