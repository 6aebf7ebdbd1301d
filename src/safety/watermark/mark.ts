/** Embedding in a closed loop: as strong as needed to survive what chats do to pictures, and no stronger. */
import sharp from 'sharp';
import type { Picture } from '../../core/picture.ts';
import { aim } from './aim.ts';
import { chooseCarriers } from './carriers.ts';
import { encode } from './convolutional.ts';
import { coverOf, embed, offsetOf } from './embed.ts';
import { sealPayload } from './payload.ts';
import { read, softBitsAt } from './read.ts';
import { drawTile, type Strengths } from './tile.ts';

export interface Marked {
  picture: Picture;
  /** weak: the mark is there, but it did not survive the strong recompression it was tried against. */
  strength: 'normal' | 'weak';
  manner: Manner;
}

/** How a picture was marked: what is the same in the next frame of a film then stays the same. */
export interface Manner extends Pick<Marked, 'strength'> {
  gain: number;
  /** Fidelity, dB. */
  least: number;
  /** Of an aimed pattern. */
  strengths?: Strengths | undefined;
}

export interface Watermark {
  /** `like`: the manner of the frame before; kept to where it does as well here. */
  mark(picture: Picture, code: bigint, like?: Manner): Promise<Marked>;
  read(shown: Picture | readonly Picture[], options?: { crops?: boolean }): bigint | undefined;
}

/** On this share of plain ground, or below this fidelity, a stronger pattern would be seen. */
const MOSTLY_PLAIN = 0.5;
const LEAST_PSNR = 41;
const GAINS = [0.85, 1, 1.2, 1.45, 1.75];
const GAINS_ON_PLAIN = [1];

/** Of an aimed pattern, dB: tried in turn on pictures so rough that they hide more. At a gain of 1 no ground shows it. */
const LEAST_PSNR_AIMED = [41, 39, 37];
const GAIN_AIMED = 1;
/** Strength of an aimed pattern's sync, relative to its bits: it cannot be aimed, and without it nothing is found. */
const SYNC_AIMED = 1.2;
/** With less of a lead an aimed pattern was never seen to survive. */
const HOPELESS = 0.09;
/** By so much a frame may fall short of the fidelity of the one before, dB. */
const TOLERANCE = 0.2;

/** Blind 64-bit watermark under one key. Equal pictures, codes and manners give equal pixels. */
export function createWatermark(key: Uint8Array): Watermark {
  const carriers = chooseCarriers(key);
  return {
    async mark(picture, code, like) {
      const wanted = encode(sealPayload(key, code));
      const offset = offsetOf(key, code);
      const cover = coverOf(picture);
      const reads = (copy: Picture) => read(copy, carriers, key, { crops: false }) === code;
      const put = ({ gain, least, strengths }: Omit<Manner, 'strength'>) => {
        const tile = drawTile(carriers, wanted, strengths);
        const marked = embed(picture, tile, cover, gain, offset);
        const excess = least - psnr(picture, marked);
        if (excess <= 0) return { picture: marked, manner: { gain, least, strengths } };
        const reduced = gain * 10 ** (-(excess + 0.1) / 20);
        return {
          picture: embed(picture, tile, cover, reduced, offset),
          manner: { gain: reduced, least, strengths },
        };
      };

      if (like) {
        const { picture: marked } = put({ ...like, least: like.least - TOLERANCE });
        const copies = like.strength === 'weak' ? [marked] : await wear(marked);
        if (copies.every(reads)) return { picture: marked, strength: like.strength, manner: like };
      }
      const tried: { marked: ReturnType<typeof put>; lost: number }[] = [];
      const outlasts = async (marked: ReturnType<typeof put>): Promise<boolean> => {
        const lost = (await wear(marked.picture)).filter((copy) => !reads(copy)).length;
        tried.push({ marked, lost });
        return lost === 0;
      };
      const kept = (strength: Marked['strength'], { marked } = tried.at(-1)!): Marked => ({
        ...{ picture: marked.picture, strength },
        manner: { ...marked.manner, strength },
      });

      const mostlyPlain = cover.plainShare > MOSTLY_PLAIN;
      for (const gain of mostlyPlain ? GAINS_ON_PLAIN : GAINS) {
        const marked = put({ gain, least: LEAST_PSNR });
        const reduced = marked.manner.gain < gain;
        if (tried.length > 0 && reduced) break;
        if (await outlasts(marked)) return kept('normal');
        if (reduced) break;
      }
      if (mostlyPlain) return kept('weak');
      const heard = softBitsAt(picture, carriers, offset);
      for (const least of LEAST_PSNR_AIMED) {
        const { picture: even, manner } = put({ gain: GAIN_AIMED, least });
        const last = manner.gain === GAIN_AIMED || least === LEAST_PSNR_AIMED.at(-1);
        const { strengths: bits, lead } = aim({ wanted, heard, evenly: softBitsAt(even, carriers, offset) });
        if (lead < HOPELESS && !last) continue;
        if (await outlasts(put({ ...manner, strengths: { bits, sync: SYNC_AIMED } }))) return kept('normal');
        if (last) break;
      }

      /** The one that outlasts most: of several the first, which is the finest; the last if none outlasts anything. */
      let best = tried.at(-1)!;
      let least = Number.POSITIVE_INFINITY;
      for (const one of tried) {
        const fresh = [await rub(one.marked.picture), one.marked.picture].filter((copy) => !reads(copy)).length;
        if (fresh < 2 && one.lost + fresh < least) [best, least] = [one, one.lost + fresh];
      }
      return kept('weak', best);
    },
    read: (shown, options) => read(shown, carriers, key, options),
  };
}

/** Peak signal-to-noise ratio, dB. */
export function psnr(a: Picture, b: Picture): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 ** 2 * a.data.length) / squares);
}

const shown = ({ data, width, height }: Picture) => sharp(data, { raw: { width, height, channels: 3 } });

/** What our own films make of it. */
const rub = async (picture: Picture): Promise<Picture> =>
  decoded(await shown(picture).webp({ quality: 90, effort: 0 }).toBuffer());

/** What a chat may make of it: strong JPEG, and half the size with JPEG. */
async function wear(picture: Picture): Promise<Picture[]> {
  const { width, height } = picture;
  const halved = { width: Math.ceil(width / 2), height: Math.ceil(height / 2), fit: 'fill' as const };
  const jpegs = await Promise.all([
    shown(picture).jpeg({ quality: 40 }).toBuffer(),
    shown(picture).resize(halved).jpeg({ quality: 50 }).toBuffer(),
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
