/** Fourier transform of square grids, side a power of two, in place. Cooley & Tukey 1965. */

interface Plan {
  reversed: Uint32Array;
  cos: Float64Array;
  sin: Float64Array;
}

const plans = new Map<number, Plan>();

function planFor(n: number): Plan {
  const known = plans.get(n);
  if (known) return known;
  const bits = Math.log2(n);
  const plan = {
    reversed: Uint32Array.from({ length: n }, (_, i) => {
      let r = 0;
      for (let b = 0; b < bits; b++) if ((i >> b) & 1) r |= 1 << (bits - 1 - b);
      return r;
    }),
    cos: Float64Array.from({ length: n / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / n)),
    sin: Float64Array.from({ length: n / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / n)),
  };
  plans.set(n, plan);
  return plan;
}

function transformLine(re: Float64Array, im: Float64Array, start: number, stride: number, n: number, sign: number) {
  const { reversed, cos, sin } = planFor(n);
  for (let i = 0; i < n; i++) {
    const j = reversed[i]!;
    if (j <= i) continue;
    const a = start + i * stride;
    const b = start + j * stride;
    [re[a], re[b]] = [re[b]!, re[a]!];
    [im[a], im[b]] = [im[b]!, im[a]!];
  }
  for (let length = 2; length <= n; length <<= 1) {
    const half = length >> 1;
    const step = n / length;
    for (let i = 0; i < n; i += length) {
      for (let k = 0; k < half; k++) {
        const c = cos[k * step]!;
        const s = sign * sin[k * step]!;
        const a = start + (i + k) * stride;
        const b = a + half * stride;
        const x = re[b]! * c - im[b]! * s;
        const y = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

/** n × n values, row by row, to their spectrum. */
export function toSpectrum(re: Float64Array, im: Float64Array, n: number): void {
  for (let y = 0; y < n; y++) transformLine(re, im, y * n, 1, n, 1);
  for (let x = 0; x < n; x++) transformLine(re, im, x, n, n, 1);
}

/** And back. */
export function fromSpectrum(re: Float64Array, im: Float64Array, n: number): void {
  for (let y = 0; y < n; y++) transformLine(re, im, y * n, 1, n, -1);
  for (let x = 0; x < n; x++) transformLine(re, im, x, n, n, -1);
  const scale = 1 / (n * n);
  for (let i = 0; i < n * n; i++) {
    re[i]! *= scale;
    im[i]! *= scale;
  }
}
