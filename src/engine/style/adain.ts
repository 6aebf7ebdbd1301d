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
  const before = new Float32Array(cells);
  for (let c = 0, from = 0; c < channels; c++, from += cells) {
    before.set(maps.subarray(from, from + cells));
    out.set(before, from);
    for (const { share, content, style } of exchanges) {
      const gain = style.deviation[c]! / content.deviation[c]!;
      const [turn, shift] = [strength * (gain - 1), strength * (style.mean[c]! - gain * content.mean[c]!)];
      if (share) for (let i = 0; i < cells; i++) out[from + i]! += share[i]! * (turn * before[i]! + shift);
      else for (let i = 0; i < cells; i++) out[from + i] = before[i]! * (1 + turn) + shift;
    }
  }
  return out;
}
