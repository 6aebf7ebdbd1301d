import { log, sincos } from './cephes.ts';
import { mersenneTwister } from './mersenne.ts';

/** A stream of random numbers that torch's CPU generator would give, bit for bit. */
export interface Generator {
  /** `torch.randn(n)` in float32. Each call continues the stream. */
  randn(n: number): Float32Array;
}

const f = Math.fround;
const TWO_PI = f(2 * Math.PI);
const BLOCK = 16;

/** `torch.Generator('cpu').manual_seed(seed)`. */
export function createGenerator(seed: number): Generator {
  const word = mersenneTwister(seed);
  const uniform = () => (word() & 0xffffff) * 2 ** -24;
  const uniform53 = () => {
    const high = word();
    return ((high & 0x1fffff) * 2 ** 32 + word()) * 2 ** -53;
  };

  /** Fewer than 16 normals are made one by one in double precision; the second of a pair waits, across calls. */
  let kept: number | undefined;
  const single = () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    const [angle, u] = [2 * Math.PI * uniform53(), uniform53()];
    const radius = Math.sqrt(-2 * Math.log1p(-u));
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  return {
    randn(n) {
      const out = new Float32Array(n);
      if (n < BLOCK) return out.map(single);
      for (let i = 0; i < n; i++) out[i] = uniform();
      for (let at = 0; at + BLOCK <= n; at += BLOCK) boxMuller(out, at);
      if (n % BLOCK === 0) return out;
      const tail = n - BLOCK; // a rest takes fresh uniforms for the whole last block
      for (let i = tail; i < n; i++) out[i] = uniform();
      boxMuller(out, tail);
      return out;
    },
  };
}

/** Sixteen uniforms become sixteen normals in place: eight radii, then eight angles. */
function boxMuller(data: Float32Array, at: number): void {
  for (let j = at; j < at + BLOCK / 2; j++) {
    const radius = f(Math.sqrt(f(-2 * log(f(1 - data[j]!)))));
    const [sin, cos] = sincos(f(TWO_PI * data[j + 8]!));
    data[j] = radius * cos;
    data[j + 8] = radius * sin;
  }
}
