/** Adaptive instance normalisation. Huang & Belongie 2017, eq. 8 and 14; by regions as in their section 7.4. */
import type { Moments } from './moments.ts';

export interface Exchange {
  /** How much of each cell is in this region, 0…1; those of all regions add up to at most 1. */
  share: Float32Array;
  content: Moments;
  style: Moments;
}

/**
 * Maps [channels, cells]: in each region the content's mean and deviation are exchanged for the style's,
 * σ' · (x − μ) / σ + μ', and `strength` of the way is gone. What is in no region stays.
 */
export function exchange(
  maps: Float32Array,
  exchanges: readonly Exchange[],
  strength: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(maps);
  const cells = exchanges[0] ? exchanges[0].share.length : maps.length;
  for (const { share, content, style } of exchanges)
    for (let c = 0; c * cells < maps.length; c++) {
      const gain = style.deviation[c]! / content.deviation[c]!;
      const shift = style.mean[c]! - gain * content.mean[c]!;
      for (let i = 0, at = c * cells; i < cells; i++, at++)
        out[at]! += strength * share[i]! * ((gain - 1) * maps[at]! + shift);
    }
  return out;
}
