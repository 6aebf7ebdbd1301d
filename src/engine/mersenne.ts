const SIZE = 624;
const MIDDLE = 397;

/** MT19937 (Matsumoto & Nishimura 1998), seeded with the low 32 bits as torch's `manual_seed` does. Answers 32-bit words. */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE);
  state[0] = seed % 2 ** 32; // a typed array wraps, so −1 is 2³² − 1
  for (let j = 1; j < SIZE; j++) {
    const last = state[j - 1]!;
    state[j] = Math.imul(1812433253, last ^ (last >>> 30)) + j;
  }
  let at = SIZE;
  return () => {
    if (at === SIZE) {
      twist(state);
      at = 0;
    }
    return temper(state[at++]!);
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const y = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
    state[i] = state[(i + MIDDLE) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
}

function temper(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}
