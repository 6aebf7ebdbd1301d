/** Looking for the mark in one folded tile: where it begins, how clearly, and which bits it carries. */
import { type Carrier, type Carriers, RINGS } from './carriers.ts';
import { fromSpectrum, toSpectrum } from './fourier.ts';

export interface Sighting {
  re: Float64Array;
  im: Float64Array;
  /** Mean magnitude of each ring. */
  magnitudes: Float64Array;
  n: number;
  /** Height of the sync peak in standard deviations of the correlation; 0 where there is nothing to see. */
  clarity: number;
  /** Where the tile begins, cells, sub-cell precise. */
  x: number;
  y: number;
}

const LOUDEST = 2;

/** One carrier's value, whitened by its ring and clipped: no single frequency of the picture may outvote the rest. */
function whitened(
  { re, im, magnitudes, n }: Pick<Sighting, 're' | 'im' | 'magnitudes' | 'n'>,
  carrier: Carrier,
): [number, number] {
  const i = carrier.index(n);
  const x = re[i]! / magnitudes[carrier.ring]!;
  const y = im[i]! / magnitudes[carrier.ring]!;
  const shrink = Math.min(1, LOUDEST / Math.max(1e-9, Math.hypot(x, y)));
  return [x * shrink, y * shrink];
}

export function sight(folded: Float64Array, n: number, carriers: Carriers): Sighting {
  const re = Float64Array.from(folded);
  const im = new Float64Array(re.length);
  toSpectrum(re, im, n);
  const seen = { re, im, magnitudes: ringMagnitudes(re, im, n, carriers), n };

  const correlation = new Float64Array(re.length);
  const imaginary = new Float64Array(re.length);
  for (const carrier of carriers.sync) {
    const [x, y] = whitened(seen, carrier);
    const [a, b] = [x * carrier.cos + y * carrier.sin, y * carrier.cos - x * carrier.sin];
    const [i, m] = [carrier.index(n), carrier.mirror(n)];
    correlation[i] = a;
    imaginary[i] = b;
    correlation[m] = a;
    imaginary[m] = -b;
  }
  fromSpectrum(correlation, imaginary, n);

  let energy = 0;
  let peak = 0;
  for (let i = 0; i < correlation.length; i++) {
    energy += correlation[i]! ** 2;
    if (correlation[i]! > correlation[peak]!) peak = i;
  }
  const deviation = Math.sqrt(energy / correlation.length);
  const [column, row] = [peak % n, Math.floor(peak / n)];
  const at = (x: number, y: number) => correlation[((y + n) % n) * n + ((x + n) % n)]!;
  return {
    ...seen,
    clarity: deviation > 0 ? correlation[peak]! / deviation : 0,
    x: column + vertex(at(column - 1, row), at(column, row), at(column + 1, row)),
    y: row + vertex(at(column, row - 1), at(column, row), at(column, row + 1)),
  };
}

function ringMagnitudes(re: Float64Array, im: Float64Array, n: number, { sync, data }: Carriers): Float64Array {
  const power = new Float64Array(RINGS);
  const counts = new Float64Array(RINGS);
  for (const carriers of [sync, data]) {
    for (const carrier of carriers) {
      const i = carrier.index(n);
      power[carrier.ring]! += re[i]! ** 2 + im[i]! ** 2;
      counts[carrier.ring]!++;
    }
  }
  return power.map((sum, ring) => Math.sqrt(sum / Math.max(1, counts[ring]!)) || 1);
}

/** Of the parabola through three neighbours, relative to the middle one. */
function vertex(before: number, middle: number, after: number): number {
  const curvature = before - 2 * middle + after;
  return curvature < 0 ? (0.5 * (before - after)) / curvature : 0;
}

/** Soft bits of the code: above 0 means 1. */
export function softBits(seen: Sighting, { data, bitOf, pad }: Carriers): Float64Array {
  const soft = new Float64Array(pad.length);
  const add = (bit: number, value: number) => {
    soft[bit]! += pad[bit] ? -value : value;
  };
  data.forEach((carrier, k) => {
    const [x, y] = whitened(seen, carrier);
    const shift = (2 * Math.PI * (carrier.u * seen.x + carrier.v * seen.y)) / seen.n;
    const [c, s] = [Math.cos(shift), Math.sin(shift)];
    // exp(i·shift) undoes the offset, exp(−i·phase) the keyed phase.
    const cos = c * carrier.cos + s * carrier.sin;
    const sin = s * carrier.cos - c * carrier.sin;
    add(bitOf[2 * k]!, x * cos - y * sin);
    add(bitOf[2 * k + 1]!, x * sin + y * cos);
  });
  return soft;
}
