import type { Generator } from './random.ts';

const WORD = 2 ** 32;
const high = (a: number, b: number) => Number((BigInt(a) * BigInt(b)) >> 32n);

/** Philox4×32 with ten rounds. Salmon et al. 2011, § 4.3. Four words of noise for a counter of four and a key of two. */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [a, b, c, d] = counter as [number, number, number, number];
  let [k, l] = key as [number, number];
  for (let round = 0; round < 10; round++) {
    const [top, under] = [high(0xd2511f53, a), Math.imul(0xd2511f53, a)];
    const [top2, under2] = [high(0xcd9e8d57, c), Math.imul(0xcd9e8d57, c)];
    [a, b, c, d] = [(top2 ^ b ^ k) >>> 0, under2 >>> 0, (top ^ d ^ l) >>> 0, under >>> 0];
    k = (k + 0x9e3779b9) >>> 0;
    l = (l + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** `torch.randn` of small tensors on CUDA: one counter for each number, one offset for each call; half of Box and Muller's pair is kept. */
export function createPhiloxGenerator(seed: number): Generator {
  const key = [seed % WORD, Math.floor(seed / WORD)];
  let calls = 0;
  return {
    randn(n) {
      const offset = calls++;
      return Float32Array.from({ length: n }, (_, i) => {
        const [x, y] = philox([offset, 0, i, 0], key);
        const [u, v] = [(x + 0.5) / WORD, ((y + 0.5) / WORD) * 2 * Math.PI];
        return Math.sqrt(-2 * Math.log(u)) * Math.sin(v);
      });
    },
  };
}
