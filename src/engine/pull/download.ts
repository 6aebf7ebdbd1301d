/** One file, however often the connection breaks: continued where it ended, and kept only if its hash is right. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { type Hub, NoRanges, type RemoteFile, type Repository } from './hub.ts';

interface Deps {
  hub: Hub;
  log: Logger;
  /** Told of every byte that arrives. */
  onBytes: (count: number) => void;
  /** Before the first new try; doubles with each that brings nothing. */
  pauseMs?: number;
}

const MOST_FRUITLESS = 6;
const LONGEST_PAUSE_MS = 30_000;

/** Throws model_corrupt when the server's bytes are not those it announced, twice. */
export async function download(deps: Deps, repository: Repository, file: RemoteFile, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if ((await sizeOf(target)) === file.bytes && (await matches(target, file))) return;
  const part = `${target}.part`;
  for (let attempt = 1; ; attempt++) {
    await complete(deps, repository, file, part);
    if (await matches(part, file)) break;
    await rm(part);
    deps.log.warn({ file: file.path, attempt }, 'the bytes that came are not the ones announced');
    if (attempt === 2)
      throw new AppError(
        'model_corrupt',
        `${file.path} of ${repository.name} arrived twice with another ${file.hash.kind} hash than announced (${file.hash.value}). Try again later, or check HF_ENDPOINT.`,
      );
  }
  await rename(part, target);
}

/** Until as many bytes are there as were announced. */
async function complete(
  { hub, log, onBytes, pauseMs = 500 }: Deps,
  repository: Repository,
  file: RemoteFile,
  part: string,
) {
  let fruitless = 0;
  for (;;) {
    const have = await sizeOf(part);
    if (have > file.bytes) await rm(part);
    if (have === file.bytes) {
      if (have === 0) await (await open(part, 'a')).close();
      return;
    }
    try {
      await append(hub.read(repository, file, have > file.bytes ? 0 : have), part, onBytes);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (isFull(error))
        throw new AppError('storage_full', `No space left for ${file.path}. Free some and pull again: it continues.`, {
          cause: error,
        });
      if (error instanceof NoRanges) await rm(part, { force: true }); // it only sends whole files
      log.debug({ file: file.path, have, reason: String(error) }, 'connection ended');
    }
    fruitless = (await sizeOf(part)) > have ? 0 : fruitless + 1;
    if (fruitless === MOST_FRUITLESS)
      throw new AppError(
        'platform_unavailable',
        `The download of ${file.path} stopped at ${have} of ${file.bytes} bytes and ${MOST_FRUITLESS} new tries brought nothing. Pull again later: it continues there.`,
      );
    if (fruitless > 0) await sleep(Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (fruitless - 1)));
  }
}

async function append(chunks: AsyncIterable<Uint8Array>, part: string, onBytes: (count: number) => void) {
  const out = await open(part, 'a');
  try {
    for await (const chunk of chunks) {
      await out.writeFile(chunk);
      onBytes(chunk.length);
    }
  } finally {
    await out.close();
  }
}

async function matches(path: string, { bytes, hash }: RemoteFile): Promise<boolean> {
  const digest = createHash(hash.kind === 'git' ? 'sha1' : 'sha256');
  if (hash.kind === 'git') digest.update(`blob ${bytes}\0`); // how git names file contents
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest('hex') === hash.value;
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const isFull = (error: unknown) => ['ENOSPC', 'EDQUOT'].includes((error as { code?: string }).code ?? '');
