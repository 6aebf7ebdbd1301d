/** Embedding in a closed loop: as strong as needed to survive what chats do to pictures, and no stronger. */
import type { Picture } from '../../core/picture.ts';
import { chooseCarriers } from './carriers.ts';
import { encode } from './convolutional.ts';
import { offsetOf } from './embed.ts';
import { type Manner, markingOf, type Put } from './manner.ts';
import { sealPayload } from './payload.ts';
import { read } from './read.ts';
import { rub, wear } from './wear.ts';

export interface Marked extends Put {
  /** weak: the mark is there, but it did not survive the strong recompression it was tried against. */
  strength: 'normal' | 'weak';
  manner: TriedManner;
}

/** What is the same in the next frame of a film is to be marked the same. */
export interface TriedManner extends Manner {
  strength: Marked['strength'];
}

export interface Watermark {
  /** `like`: the manner of the frame before; kept to where it does as well here. */
  mark(picture: Picture, code: bigint, like?: TriedManner): Promise<Marked>;
  read(shown: Picture | readonly Picture[], options?: { crops?: boolean }): bigint | undefined;
}

/** By so much a frame may fall short of the fidelity of the one before, dB. */
const TOLERANCE = 0.2;

/** Blind 64-bit watermark under one key. Equal pictures, codes and manners give equal pixels. */
export function createWatermark(key: Uint8Array): Watermark {
  const carriers = chooseCarriers(key);
  return {
    async mark(picture, code, like) {
      const wanted = encode(sealPayload(key, code));
      const marking = markingOf(picture, { carriers, wanted, offset: offsetOf(key, code) });
      const lostIn = (copies: Picture[]) =>
        copies.filter((copy) => read(copy, carriers, key, { crops: false }) !== code).length;
      const as = (strength: Marked['strength'], { picture, manner }: Put): Marked => ({
        ...{ picture, strength },
        manner: { ...manner, strength },
      });

      if (like) {
        const again = marking.put({ ...like, least: like.least - TOLERANCE });
        const copies = like.strength === 'weak' ? [again.picture] : await wear(again.picture);
        if (lostIn(copies) === 0) return { picture: again.picture, strength: like.strength, manner: like };
      }
      const tried: { manner: Manner; lost: number }[] = []; // without pictures, which may be large
      for (const put of marking.puts()) {
        const lost = lostIn(await wear(put.picture));
        if (lost === 0) return as('normal', put);
        tried.push({ manner: put.manner, lost });
      }
      // The one that outlasts most: of several the finest; the strongest if none outlasts anything.
      let best = tried.at(-1)!;
      let least = Number.POSITIVE_INFINITY;
      for (const one of tried.length > 1 ? tried : []) {
        const { picture: fresh } = marking.put(one.manner);
        const copies = [fresh, await rub(fresh)];
        const lost = lostIn(copies);
        if (lost < copies.length && one.lost + lost < least) [best, least] = [one, one.lost + lost];
      }
      return as('weak', marking.put(best.manner));
    },
    read: (shown, options) => read(shown, carriers, key, options),
  };
}
