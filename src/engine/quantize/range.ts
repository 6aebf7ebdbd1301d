/** The range of an activation that 256 steps serve best. */
export interface Range {
  low: number;
  high: number;
}

export interface Histogram {
  add(values: Float32Array): void;
  /** The numbers' own range, zero included, clipped where that lowers the squared error of rounding to 256 steps. */
  best(): Range;
}

const BINS = 2048;
const STEPS = 255;
const SHARES = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3];

/** Of [−reach, reach]; the reach doubles when something lies outside, two bins becoming one. */
export function createHistogram(): Histogram {
  let bins = new Float64Array(BINS);
  let reach = 0;
  let [low, high] = [0, 0];
  const widen = (to: number) => {
    if (reach === 0) reach = to;
    while (reach < to) {
      const wider = new Float64Array(BINS);
      for (let i = 0; i < BINS; i++) wider[BINS / 4 + (i >> 1)]! += bins[i]!;
      bins = wider;
      reach *= 2;
    }
  };
  return {
    add(values) {
      let [least, most] = [low, high];
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      [low, high] = [least, most];
      const size = Math.max(-low, high);
      if (!(size > 0) || !Number.isFinite(size)) return;
      widen(size);
      const perBin = BINS / (2 * reach);
      for (let i = 0; i < values.length; i++) bins[Math.min(BINS - 1, ((values[i]! + reach) * perBin) | 0)]!++;
    },
    best() {
      let best: Range = { low, high };
      let least = Number.POSITIVE_INFINITY;
      for (const share of SHARES) {
        const range = { low: low * share, high: high * share };
        const error = roundingError(bins, reach, range);
        if (error < least) [best, least] = [range, error];
      }
      return best;
    },
  };
}

/** Sum of squares that rounding to the range's steps, and cutting at its ends, costs. */
function roundingError(bins: Float64Array, reach: number, { low, high }: Range): number {
  const width = (2 * reach) / BINS;
  const inside = ((high - low) / STEPS) ** 2 / 12;
  let error = 0;
  for (let i = 0; i < BINS; i++) {
    if (bins[i] === 0) continue;
    const value = (i + 0.5) * width - reach;
    const beyond = value > high ? value - high : value < low ? low - value : 0;
    error += bins[i]! * (beyond > 0 ? beyond ** 2 : inside);
  }
  return error;
}

/** Scale and zero point of an unsigned 8-bit activation: float = scale · (integer − zero). */
export function toStep({ low, high }: Range): { scale: number; zero: number } {
  const scale = Math.fround((high - low) / STEPS) || 1;
  return { scale, zero: Math.max(0, Math.min(STEPS, Math.round(-low / scale))) };
}
