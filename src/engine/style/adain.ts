/** Adaptive instance normalisation. Huang & Belongie 2017, eq. 8 and 14; by regions as in their section 7.4. */
import type { Moments } from './moments.ts';

export interface Exchange {
  /** How much of each cell is in this region, 0…1; those of all regions add up to at most 1. Absent: all of all. */
  share?: Float32Array | undefined;
  content: Moments;
  style: Moments;
}

/**
 * Maps [channels, cells]: in each region the content's mean and deviation are exchanged for the style's,
 * σ' · (x − μ) / σ + μ', and `strength` of the way is gone. What is in no region stays. `out` may be the maps themselves.
 */
export function exchange(
  maps: Float32Array,
  exchanges: readonly Exchange[],
  strength: number,
  out = new Float32Array(maps.length),
): Float32Array {
  const channels = exchanges[0]?.content.mean.length ?? 1;
  const cells = maps.length / channels;
  for (let c = 0, from = 0; c < channels; c++, from += cells) {
    const changes = exchanges.map(({ share, content, style }): Change => {
      const gain = style.deviation[c]! / content.deviation[c]!;
      return { share, turn: strength * (gain - 1), shift: strength * (style.mean[c]! - gain * content.mean[c]!) };
    });
    const [only] = changes;
    const [before, after] = [maps.subarray(from, from + cells), out.subarray(from, from + cells)];
    if (changes.length === 1 && !only!.share) changeAll(before, after, only!);
    else changeByShares(before, after, changes);
  }
  return out;
}

/** Of a channel: share · (turn · x + shift) is added to x. */
interface Change {
  share: Float32Array | undefined;
  turn: number;
  shift: number;
}

function changeAll(before: Float32Array, after: Float32Array, { turn, shift }: Change): void {
  for (let i = 0; i < before.length; i++) after[i] = before[i]! * (1 + turn) + shift;
}

const ones = ({ length }: Float32Array) => new Float32Array(length).fill(1);

function changeByShares(before: Float32Array, after: Float32Array, changes: readonly Change[]): void {
  const all = before.slice(); // `after` may be the same place
  after.set(all);
  for (const { share = ones(all), turn, shift } of changes)
    for (let i = 0; i < all.length; i++) after[i]! += share[i]! * (turn * all[i]! + shift);
}
