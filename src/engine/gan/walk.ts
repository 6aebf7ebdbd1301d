/** A walk through faces: from stop to stop in w+, gently away from each and gently up to the next. */
import { slerp } from '../diffusion/noise.ts';
import { blend } from '../tensor.ts';
import type { LatentFace } from './generator.ts';

/** Half a cosine: 0 at 0, 1 at 1, at rest at both. */
const eased = (share: number): number => (1 - Math.cos(Math.PI * share)) / 2;

/**
 * Straight in w+, where the way between two faces is a face everywhere (Karras et al. 2019, section 4.1), and along the
 * great circle in the noise, which keeps its strength. The ends are the ends themselves.
 */
export function between(share: number, from: LatentFace, to: LatentFace): LatentFace {
  if (share <= 0) return from;
  if (share >= 1) return to;
  return { rows: blend(1 - share, from.rows, share, to.rows), noise: grain(share, from.noise, to.noise) };
}

/** Silence, the noise of a face found for a picture, has no direction: it is faded. */
function grain(share: number, from: Float32Array, to: Float32Array): Float32Array {
  const silent = (noise: Float32Array) => noise.every((v) => v === 0);
  return silent(from) || silent(to) ? blend(1 - share, from, share, to) : slerp(share, from, to);
}

/** Frames of the way there: so many from one stop to the next, both included; neighbours share their stop. */
export const lengthOf = (stops: number, frames: number): number => (stops - 1) * (frames - 1) + 1;

/** Frame `index` of the way through the stops. */
export function faceAt(stops: readonly LatentFace[], frames: number, index: number): LatentFace {
  const leg = Math.min(Math.floor(index / (frames - 1)), stops.length - 2);
  return between(eased(index / (frames - 1) - leg), stops[leg]!, stops[leg + 1]!);
}
