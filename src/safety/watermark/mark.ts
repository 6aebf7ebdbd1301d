/** Embedding in a closed loop: as strong as needed to survive what chats do to pictures, and no stronger. */
import sharp from 'sharp';
import type { Picture } from '../../core/picture.ts';
import { chooseCarriers } from './carriers.ts';
import { coverOf, embed } from './embed.ts';
import { sealPayload } from './payload.ts';
import { read } from './read.ts';
import { drawTile } from './tile.ts';

export interface Marked {
  picture: Picture;
  /** weak: the mark is there, but it did not survive the strong recompression it was tried against. */
  strength: 'normal' | 'weak';
}

export interface Watermark {
  mark(picture: Picture, code: bigint): Promise<Marked>;
  read(picture: Picture, options?: { crops?: boolean }): bigint | undefined;
}

/** On this share of plain ground, or below this fidelity, a stronger pattern would be seen. */
const MOSTLY_PLAIN = 0.5;
const LEAST_PSNR = 41;
const GAINS = [0.85, 1, 1.2, 1.45, 1.75];
const GAINS_ON_PLAIN = [1];

/** Blind 64-bit watermark under one key. Equal pictures and codes give equal pixels. */
export function createWatermark(key: Uint8Array): Watermark {
  const carriers = chooseCarriers(key);
  return {
    async mark(picture, code) {
      const tile = drawTile(carriers, sealPayload(key, code));
      const cover = coverOf(picture);
      let marked = picture;
      for (const gain of cover.plainShare > MOSTLY_PLAIN ? GAINS_ON_PLAIN : GAINS) {
        let stronger = embed(picture, tile, cover, gain, key, code);
        const excess = LEAST_PSNR - psnr(picture, stronger);
        if (excess > 0 && marked !== picture) break;
        if (excess > 0) stronger = embed(picture, tile, cover, gain * 10 ** (-(excess + 0.1) / 20), key, code);
        marked = stronger;
        const worn = await wear(marked);
        if (worn.every((copy) => read(copy, carriers, key, { crops: false }) === code))
          return { picture: marked, strength: 'normal' };
      }
      return { picture: marked, strength: 'weak' };
    },
    read: (picture, options) => read(picture, carriers, key, options),
  };
}

/** Peak signal-to-noise ratio, dB. */
export function psnr(a: Picture, b: Picture): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 ** 2 * a.data.length) / squares);
}

/** What a chat may make of it: strong JPEG, and half the size with JPEG. */
async function wear({ data, width, height }: Picture): Promise<Picture[]> {
  const raw = { raw: { width, height, channels: 3 as const } };
  const halved = { width: Math.ceil(width / 2), height: Math.ceil(height / 2), fit: 'fill' as const };
  const jpegs = await Promise.all([
    sharp(data, raw).jpeg({ quality: 40 }).toBuffer(),
    sharp(data, raw).resize(halved).jpeg({ quality: 50 }).toBuffer(),
  ]);
  return Promise.all(jpegs.map(decoded));
}

async function decoded(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
