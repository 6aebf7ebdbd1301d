/** How a picture is marked: where, how strongly, and which bits more strongly than others. */
import type { Picture } from '../../core/picture.ts';
import { aim } from './aim.ts';
import type { Carriers } from './carriers.ts';
import { coverOf, embed, type Offset } from './embed.ts';
import { softBitsAt } from './read.ts';
import { drawTile, type Strengths } from './tile.ts';

export interface Manner {
  gain: number;
  /** Fidelity, dB: where the gain falls short of it, it is lowered. */
  least: number;
  /** Of an aimed pattern. */
  strengths?: Strengths | undefined;
}

/** A picture with the mark in it, and the manner of it. */
export interface Put {
  picture: Picture;
  manner: Manner;
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

export interface Marking {
  /** In this manner. */
  put(manner: Manner): Put;
  /** In every manner that is fit for this picture, the finest first. */
  puts(): Iterable<Put>;
}

/** `wanted`: the code bits to be said. */
export function markingOf(
  picture: Picture,
  { carriers, wanted, offset }: { carriers: Carriers; wanted: Uint8Array; offset: Offset },
): Marking {
  const cover = coverOf(picture);
  const mostlyPlain = cover.plainShare > MOSTLY_PLAIN;

  function put({ gain, least, strengths }: Manner): Put {
    const tile = drawTile(carriers, wanted, strengths);
    const marked = embed(picture, tile, cover, gain, offset);
    const excess = least - psnr(picture, marked);
    if (excess <= 0) return { picture: marked, manner: { gain, least, strengths } };
    const lower = gain * 10 ** (-(excess + 0.1) / 20);
    return { picture: embed(picture, tile, cover, lower, offset), manner: { gain: lower, least, strengths } };
  }

  /** All bits alike, stronger and stronger. */
  function* even(): Iterable<Put> {
    for (const gain of mostlyPlain ? GAINS_ON_PLAIN : GAINS) {
      const marked = put({ gain, least: LEAST_PSNR });
      const lowered = marked.manner.gain < gain;
      if (!lowered || gain === GAINS[0] || mostlyPlain) yield marked;
      if (lowered) return;
    }
  }

  function* aimed(): Iterable<Put> {
    const heard = softBitsAt(picture, carriers, offset);
    for (const least of LEAST_PSNR_AIMED) {
      const { picture: alike, manner } = put({ gain: GAIN_AIMED, least });
      const last = manner.gain === GAIN_AIMED || least === LEAST_PSNR_AIMED.at(-1);
      const { strengths: bits, lead } = aim({ wanted, heard, evenly: softBitsAt(alike, carriers, offset) });
      if (lead >= HOPELESS || last) yield put({ ...manner, strengths: { bits, sync: SYNC_AIMED } });
      if (last) return;
    }
  }

  return {
    put,
    *puts() {
      yield* even();
      if (!mostlyPlain) yield* aimed();
    },
  };
}

/** Peak signal-to-noise ratio, dB. */
export function psnr(a: Picture, b: Picture): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 ** 2 * a.data.length) / squares);
}
