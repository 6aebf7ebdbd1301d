/** Files that people hand in: what is in them, and what a person sees in them. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { AppError } from '../core/errors.ts';
import type { GenerateContext, Picture } from '../core/picture.ts';
import type { StoredPicture } from '../core/recipe.ts';

/** A picture with what was transparent in it: 0 is clear, 255 opaque; absent where everything is opaque. */
export interface Cutout extends Picture {
  alpha?: Uint8Array;
}

const MOST_BYTES = 32 * 2 ** 20;
const MOST_PIXELS = 64 * 2 ** 20;
/** What is decoded at all: drawings and documents (SVG, PDF) would be programs to run. */
const FORMATS = new Set<string>(['png', 'jpeg', 'webp', 'gif', 'tiff', 'heif', 'avif']);
/** Formats whose pages are shown one after the other. */
const MOVING = new Set<string>(['gif', 'webp']);
const OPAQUE = 255;

const unreadable = (cause?: unknown) =>
  new AppError('invalid_request', 'That file is not a picture that can be read. Send a PNG, JPEG or WebP.', { cause });

/** What a file says of itself before anything is decoded. */
export interface Header {
  /** Held upright. */
  width: number;
  height: number;
  /** 1 of what does not move. */
  frames: number;
  /** How long each frame is shown, as far as it says. */
  delaysMs: readonly number[];
}

/** Throws invalid_request. */
export async function readHeader(bytes: Uint8Array): Promise<Header> {
  if (bytes.length > MOST_BYTES)
    throw new AppError(
      'invalid_request',
      `That file has ${(bytes.length / 2 ** 20).toFixed(1)} MiB; the most is ${MOST_BYTES / 2 ** 20}. Send a smaller one.`,
    );
  const {
    format,
    autoOrient,
    pages = 1,
    delay = [],
  } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => Promise.reject(unreadable(cause)));
  const { width, height } = autoOrient;
  if (!FORMATS.has(format)) throw unreadable();
  if (width * height > MOST_PIXELS)
    throw new AppError(
      'invalid_request',
      `That picture has ${width}×${height} pixels; the most is ${MOST_PIXELS / 2 ** 20} million. Send a smaller one.`,
    );
  return { width, height, frames: MOVING.has(format) ? pages : 1, delaysMs: delay };
}

/** What a record keeps of a file: hash, size when held upright, frames if it moves. Reads the header alone. Throws invalid_request. */
export async function inspectPicture(bytes: Uint8Array): Promise<Omit<StoredPicture, 'key'>> {
  const { width, height, frames } = await readHeader(bytes);
  return { sha256: sha256Of(bytes), width, height, ...(frames > 1 && { frames }) };
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Upright, in sRGB, 8 bits a channel, the first frame of several; colours stay what they were where it is clear. */
export const decodeCutout = async (bytes: Uint8Array): Promise<Cutout> => decodeStill(bytes, await readHeader(bytes));

/** The same of a file whose header was read. */
export async function decodeStill(bytes: Uint8Array, { width, height }: Header): Promise<Cutout> {
  const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
    .autoOrient()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => Promise.reject(unreadable(cause)));
  if (info.width !== width || info.height !== height) throw unreadable();
  if (info.channels === 4) return withoutAlpha({ width, height, data });
  if (info.channels === 3) return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  throw unreadable();
}

/** `data`: RGBA. */
function withoutAlpha({ width, height, data: rgba }: Picture): Cutout {
  const data = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  let least = OPAQUE;
  for (let i = 0, from = 0, to = 0; i < alpha.length; i++) {
    data[to++] = rgba[from++]!;
    data[to++] = rgba[from++]!;
    data[to++] = rgba[from++]!;
    const a = rgba[from++]!;
    alpha[i] = a;
    if (a < least) least = a;
  }
  return { width, height, data, ...(least < OPAQUE && { alpha }) };
}

/** A recipe's picture, if it is still the one that was recorded. */
export const loadCutout = async (load: GenerateContext['load'], stored: StoredPicture): Promise<Cutout> =>
  decodeCutout(await loadStored(load, stored));

/** Its file. Throws storage_failed. */
export async function loadStored(load: GenerateContext['load'], { key, sha256 }: StoredPicture): Promise<Uint8Array> {
  const bytes = await load(key);
  if (sha256Of(bytes) === sha256) return bytes;
  throw new AppError('storage_failed', 'The stored picture is not the one that was recorded.');
}

/** The same on white. */
export const decodePicture = async (bytes: Uint8Array): Promise<Picture> => onWhite(await decodeCutout(bytes));

export function onWhite({ width, height, data, alpha }: Cutout): Picture {
  if (!alpha) return { width, height, data };
  return {
    width,
    height,
    data: data.map((v, i) => Math.round(255 + ((v - 255) * alpha[Math.floor(i / 3)]!) / OPAQUE)),
  };
}

/**
 * A mask as a picture, white where it is to be painted: what is white in it. Of a mask with transparency: what was
 * erased, unless only white strokes were drawn on nothing.
 */
export function paintedPart(mask: Cutout): Picture {
  const { data, alpha } = mask;
  const light = (i: number) => 0.299 * data[i * 3]! + 0.587 * data[i * 3 + 1]! + 0.114 * data[i * 3 + 2]! >= HALF;
  if (!alpha) return stencil(mask, light);
  const strokes = alpha.every((a, i) => a < HALF || light(i));
  return strokes ? stencil(mask, (i) => alpha[i]! >= HALF) : erasedPart(mask);
}

/** White where a picture is transparent. */
export const erasedPart = (picture: Cutout): Picture => stencil(picture, (i) => (picture.alpha?.[i] ?? OPAQUE) < HALF);

const HALF = 127.5;

function stencil({ width, height }: Picture, painted: (pixel: number) => boolean): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) if (painted(i)) data.fill(255, i * 3, i * 3 + 3);
  return { width, height, data };
}
