/**
 * Logarithm, sine and cosine as torch's AVX2 build computes them: Cephes' single-precision polynomials (Moshier,
 * logf.c and sinf.c), each multiply-add rounded once. Math.log and Math.sin differ in the last bit, and a picture's
 * bytes are promised.
 */
const f = Math.fround;

/** a·b + c rounded once: the product of two floats is exact in a double. */
const fma = (a: number, b: number, c: number): number => f(a * b + c);

/** c₀xⁿ + … + cₙ by Horner's rule. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let y = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) y = fma(y, x, coefficients[i]!);
  return y;
}

const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const SQRT_HALF = f(Math.SQRT1_2);
const LN2_LOW = f(-2.1219444e-4); // ln 2 in two parts, the high one short enough to multiply exactly
const LN2_HIGH = 0.693359375;

const bits = new DataView(new ArrayBuffer(4));

/** ln x for a positive normal float. */
export function log(x: number): number {
  bits.setFloat32(0, x);
  const word = bits.getUint32(0);
  bits.setUint32(0, (word & 0x807fffff) | 0x3f000000);
  let mantissa = bits.getFloat32(0); // in [½, 1)
  let exponent = (word >>> 23) - 126;
  if (mantissa < SQRT_HALF) {
    exponent -= 1;
    mantissa = f(f(mantissa - 1) + mantissa);
  } else mantissa = f(mantissa - 1);
  const square = f(mantissa * mantissa);
  let y = f(polynomial(mantissa, LOG) * mantissa);
  y = fma(y, square, f(exponent * LN2_LOW));
  y = fma(square, -0.5, y);
  return fma(exponent, LN2_HIGH, f(mantissa + y));
}

const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(f);
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(f);
const QUARTER_PI = [-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8].map(f);
const FOUR_OVER_PI = f(4 / Math.PI);

/** [sin x, cos x] for 0 ≤ x < 8192. */
export function sincos(x: number): [sin: number, cos: number] {
  const octant = (Math.trunc(f(x * FOUR_OVER_PI)) + 1) & ~1;
  let rest = x;
  for (const part of QUARTER_PI) rest = fma(octant, part, rest);
  const square = f(rest * rest);
  const cosine = f(fma(f(polynomial(square, COS) * square), square, f(square * -0.5)) + 1);
  const sine = fma(f(polynomial(square, SIN) * square), rest, rest);
  const [s, c] = octant & 2 ? [cosine, sine] : [sine, cosine];
  return [octant & 4 ? -s : s, (octant + 2) & 4 ? -c : c];
}
