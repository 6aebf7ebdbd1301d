/** Which frequencies of the tile carry what. Known only with the key. */
import { RATE } from './convolutional.ts';
import { createKeystream } from './keystream.ts';
import { PAYLOAD_BITS } from './payload.ts';

/** Pixels per side of the tile on the canonical grid, where a picture's long side is CANONICAL pixels. */
export const TILE = 128;
/** 4.375 tiles: their period never falls in step with JPEG's 8 × 8 blocks. */
export const CANONICAL = 560;
/** Cycles per tile: below lies the picture itself, above is what compression throws away first. */
const LOWEST = 5;
const HIGHEST = 20;
const SYNC_SHARE = 0.2;
const CODE_BITS = PAYLOAD_BITS * RATE;

export interface Carrier {
  /** Cycles per tile, across and down. */
  u: number;
  v: number;
  /** Whole-numbered distance from zero frequency. */
  ring: number;
  /** Where it stands in an n × n spectrum, and where its mirror image does. */
  index: (n: number) => number;
  mirror: (n: number) => number;
  /** Keyed phase. */
  cos: number;
  sin: number;
}

export interface Carriers {
  /** The picture-independent part: tells where the tile begins. */
  sync: Carrier[];
  /** Two code bits each, as the signs of the real and the imaginary part. */
  data: Carrier[];
  /** Code bit of each of the data carriers' parts: [2k] real, [2k + 1] imaginary. */
  bitOf: Int32Array;
  /** Keyed 0/1 per code bit: makes whatever an unmarked picture reads as uniformly random. */
  pad: Uint8Array;
}

export const RINGS = HIGHEST + 2;

export function chooseCarriers(key: Uint8Array): Carriers {
  const frequencies: { u: number; v: number }[] = [];
  for (let v = -HIGHEST; v <= HIGHEST; v++) {
    for (let u = 0; u <= HIGHEST; u++) {
      const r = Math.hypot(u, v);
      if ((u > 0 || v > 0) && r >= LOWEST && r <= HIGHEST) frequencies.push({ u, v });
    }
  }
  const keystream = createKeystream(key, 'carriers-v1');
  const carriers = keystream.shuffle(frequencies).map(({ u, v }): Carrier => {
    const phase = 2 * Math.PI * keystream.uniform();
    return {
      u,
      v,
      ring: Math.round(Math.hypot(u, v)),
      index: (n) => ((v + n) % n) * n + u,
      mirror: (n) => ((n - v) % n) * n + ((n - u) % n),
      cos: Math.cos(phase),
      sin: Math.sin(phase),
    };
  });
  const split = Math.round(carriers.length * SYNC_SHARE);
  const data = carriers.slice(split);
  return {
    sync: carriers.slice(0, split),
    data,
    bitOf: keystream.shuffle(Int32Array.from({ length: data.length * 2 }, (_, i) => i % CODE_BITS)),
    pad: Uint8Array.from({ length: CODE_BITS }, () => keystream.byte() & 1),
  };
}
