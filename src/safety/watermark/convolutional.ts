/** Tail-biting convolutional code, rate 1/3, constraint length 9, generators 557, 663, 711 (octal). */

const MEMORY = 8;
const STATES = 1 << MEMORY;
const GENERATORS = [0o557, 0o663, 0o711];
/** Code bits per payload bit. */
export const RATE = GENERATORS.length;
/** Times the decoder walks round the ring of bits; the middle lap knows both its neighbours. */
const LAPS = 3;

function parity(x: number): number {
  let v = x ^ (x >> 8);
  v ^= v >> 4;
  v ^= v >> 2;
  return (v ^ (v >> 1)) & 1;
}

/** For (state · 2 + bit): the code bits sent, as a number from 0 to 7. */
const SENT = Uint8Array.from({ length: 2 * STATES }, (_, register) =>
  GENERATORS.reduce((word, generator, j) => word | (parity(register & generator) << j), 0),
);

/** n bits → 3n bits. The register starts with the last bits, so no bit is worse protected than another. */
export function encode(bits: Uint8Array): Uint8Array {
  const n = bits.length;
  const code = new Uint8Array(n * RATE);
  let state = 0;
  for (let i = n - MEMORY; i < n; i++) state = ((state << 1) | bits[i]!) & (STATES - 1);
  for (let i = 0; i < n; i++) {
    const register = (state << 1) | bits[i]!;
    for (let j = 0; j < RATE; j++) code[i * RATE + j] = (SENT[register]! >> j) & 1;
    state = register & (STATES - 1);
  }
  return code;
}

/** 3n soft bits (above 0 means 1, larger means surer) → the n likeliest bits. Viterbi, wrapped round the ring. */
export function decode(soft: Float64Array): Uint8Array {
  const n = soft.length / RATE;
  const cameFromUpperHalf: Uint8Array[] = [];
  const gain = new Float64Array(1 << RATE);
  let score = new Float64Array(STATES);
  for (let step = 0; step < LAPS * n; step++) {
    const at = (step % n) * RATE;
    for (let word = 0; word < gain.length; word++) {
      let sum = 0;
      for (let j = 0; j < RATE; j++) sum += (word >> j) & 1 ? soft[at + j]! : -soft[at + j]!;
      gain[word] = sum;
    }
    const next = new Float64Array(STATES);
    const choice = new Uint8Array(STATES);
    for (let state = 0; state < STATES; state++) {
      const bit = state & 1;
      const low = state >> 1;
      const high = low | (STATES >> 1);
      const a = score[low]! + gain[SENT[low * 2 + bit]!]!;
      const b = score[high]! + gain[SENT[high * 2 + bit]!]!;
      choice[state] = a >= b ? 0 : 1;
      next[state] = a >= b ? a : b;
    }
    score = next;
    cameFromUpperHalf.push(choice);
  }
  let state = score.indexOf(Math.max(...score));
  const bits = new Uint8Array(LAPS * n);
  for (let step = bits.length - 1; step >= 0; step--) {
    bits[step] = state & 1;
    state = (state >> 1) | (cameFromUpperHalf[step]![state]! ? STATES >> 1 : 0);
  }
  return bits.slice(n, 2 * n);
}
