/** Pictures made in a shell, on disk: one file each, or all of a walk's frames in one that moves. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp from 'sharp';
import { xmpPacket } from '../safety/provenance.ts';

const FRAME_MS = 120;

/** The first under the name itself, the rest with -2, -3 … behind it. */
export async function writeEach(out: string, pictures: readonly Uint8Array[]): Promise<string[]> {
  const end = extname(out);
  const files = pictures.map((_, i) => (i === 0 ? out : `${out.slice(0, out.length - end.length)}-${i + 1}${end}`));
  for (const [i, file] of files.entries()) await writeFile(file, pictures[i]!);
  return files;
}

/** Whether a file of this name can move. */
export const moves = (out: string): boolean => ['.webp', '.gif'].includes(extname(out).toLowerCase());

/** There and back again, in a loop. */
export async function writeMoving(out: string, frames: readonly Uint8Array[], altText: string): Promise<Uint8Array> {
  const loop = [...frames, ...frames.slice(1, -1).reverse()];
  const film = sharp(
    loop.map((frame) => Buffer.from(frame)),
    { join: { animated: true } },
  ).withXmp(xmpPacket(altText));
  const options = { delay: loop.map(() => FRAME_MS), loop: 0 };
  const bytes = await (extname(out).toLowerCase() === '.gif'
    ? film.gif(options)
    : film.webp({ ...options, quality: 90 })
  ).toBuffer();
  await writeFile(out, bytes);
  return bytes;
}
