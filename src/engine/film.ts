/** Pictures that may move: all frames in, all frames out. One that stands still is a film of one frame. */
import sharp from 'sharp';
import { AppError } from '../core/errors.ts';
import type { GenerateContext, Made, Picture } from '../core/picture.ts';
import type { StoredPicture } from '../core/recipe.ts';
import { MAX_FRAMES } from '../core/request.ts';
import { decodeStill, loadStored, onWhite, readHeader } from './picture-input.ts';

export interface Film {
  /** Of equal size, on white. */
  frames: readonly Picture[];
  delaysMs: readonly number[];
}

/** Of all frames together. */
const MOST_PIXELS = 64 * 2 ** 20;
/** Browsers take what is shorter for a mistake. */
const LEAST_DELAY_MS = 20;
const USUAL_DELAY_MS = 100;

/** A recipe's picture, if it is still the one that was recorded. */
export const loadFilm = async (load: GenerateContext['load'], stored: StoredPicture): Promise<Film> =>
  decodeFilm(await loadStored(load, stored));

/** Of more frames than a film may have some are left out, evenly, and it lasts as long as before. */
export async function decodeFilm(bytes: Uint8Array): Promise<Film> {
  const header = await readHeader(bytes);
  const { frames: pages, delaysMs } = header;
  if (pages === 1) return { frames: [onWhite(await decodeStill(bytes, header))], delaysMs: [0] };
  const { data, info } = await sharp(bytes, { pages: -1, limitInputPixels: MOST_PIXELS, failOn: 'error' })
    .toColourspace('srgb')
    .flatten({ background: '#fff' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new AppError('invalid_request', 'That moving picture cannot be read, or has too many pixels.', { cause });
    });
  const { width, channels } = info;
  const height = info.height / pages;
  const size = width * height * channels;
  const shown = Array.from({ length: pages }, (_, i) => kept(delaysMs[i]));
  const frame = (i: number): Picture => ({
    ...{ width, height },
    data: inColour(data.subarray(i * size, (i + 1) * size), channels),
  });
  const count = Math.min(pages, MAX_FRAMES);
  const first = (i: number) => Math.floor((i * pages) / count);
  return {
    frames: Array.from({ length: count }, (_, i) => frame(first(i))),
    delaysMs: Array.from({ length: count }, (_, i) => sum(shown.slice(first(i), first(i + 1)))),
  };
}

const kept = (delayMs = 0) => (delayMs < LEAST_DELAY_MS ? USUAL_DELAY_MS : delayMs);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Grey films have one channel. */
const inColour = (data: Uint8Array, channels: number): Uint8Array =>
  channels === 3
    ? new Uint8Array(data)
    : Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]!);

/** What a pipeline answers with. */
export const filmed = ({ frames, delaysMs }: Film, seed: number): Made => ({
  ...{ picture: frames[0]!, seed },
  ...(frames.length > 1 && { animation: { frames, delaysMs } }),
});

/** Each frame in turn. */
export async function perFrame(film: Film, change: (frame: Picture, index: number) => Promise<Picture>): Promise<Film> {
  const frames: Picture[] = [];
  for (const [i, frame] of film.frames.entries()) frames.push(await change(frame, i));
  return { frames, delaysMs: film.delaysMs };
}
