/** torch's other CPU draws, from the same words as randn's: what it makes of its Mersenne Twister for other types. */
import { fromHalf, toHalf } from '../../src/engine/float16.ts';
import { mersenneTwister } from '../../src/engine/mersenne.ts';
import { createGenerator } from '../../src/engine/random.ts';

export interface Torch {
  randn(n: number, type?: string): number[];
  rand(n: number, type?: string): number[];
  /** `torch.empty(n, int64).random_(from, to)`, which randint is. */
  integers(n: number, from: number, to: number): number[];
  randperm(n: number): number[];
}

/** Bits of a uniform number, how a variable of this type is rounded, and what functions of it answer. */
const NARROW: Record<string, { bits: number; round: (v: number) => number; inner: (v: number) => number }> = {
  float16: { bits: 11, round: (v) => fromHalf(toHalf(v)), inner: Math.fround },
  bfloat16: { bits: 8, round: toBfloat, inner: toBfloat },
};

export function torch(seed: number): Torch {
  const single = createGenerator(seed);
  const word = mersenneTwister(seed);
  const uniform53 = () => {
    const top = word();
    return ((top & 0x1fffff) * 2 ** 32 + word()) * 2 ** -53;
  };
  return {
    randn(n, type = 'float32') {
      if (type === 'float32') return [...single.randn(n)];
      const narrow = NARROW[type];
      if (n < 16) return pairs(n, uniform53).map(narrow?.round ?? Number);
      if (n % 16 !== 0) throw new Error(`randn(${n}, ${type}) is not known here`);
      const draw = narrow ? () => (word() & (2 ** narrow.bits - 1)) * 2 ** -narrow.bits : uniform53;
      return blocks(Array.from({ length: n }, draw), narrow?.round ?? Number, narrow?.inner ?? Number);
    },
    rand: (n, type = 'float32') =>
      Array.from({ length: n }, type === 'float64' ? uniform53 : () => (word() & 0xffffff) * 2 ** -24),
    integers: (n, from, to) =>
      Array.from({ length: n }, () => {
        const range = to - from;
        if (range < 2 ** 32) return from + (word() % range);
        const [top, low] = [word(), word()];
        return from + Number(((BigInt(top) << 32n) | BigInt(low)) % BigInt(range));
      }),
    randperm(n) {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = 0; i < n - 1; i++) {
        const j = i + (word() % (n - i));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

function pairs(n: number, uniform: () => number): number[] {
  const out: number[] = [];
  while (out.length < n) {
    const [angle, u] = [2 * Math.PI * uniform(), uniform()];
    const radius = Math.sqrt(-2 * Math.log1p(-u));
    out.push(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  return out.slice(0, n);
}

/** Eight radii, eight angles; what is kept between is rounded to the type. */
function blocks(uniforms: number[], round: (v: number) => number, inner: (v: number) => number): number[] {
  const out = [...uniforms];
  for (let at = 0; at < out.length; at += 16)
    for (let j = at; j < at + 8; j++) {
      const radius = round(Math.sqrt(inner(-2 * inner(Math.log(round(1 - uniforms[j]!))))));
      const angle = round(2 * Math.PI * uniforms[j + 8]!);
      out[j] = round(radius * inner(Math.cos(angle)));
      out[j + 8] = round(radius * inner(Math.sin(angle)));
    }
  return out;
}

function toBfloat(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const word = view.getUint32(0);
  const rounded = word + 0x7fff + ((word >>> 16) & 1);
  view.setUint32(0, rounded & 0xffff0000);
  return view.getFloat32(0);
}
