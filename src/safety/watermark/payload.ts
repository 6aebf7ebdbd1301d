/** What the mark says: a 64-bit code and 32 bits that prove it was ours. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const PAYLOAD_BITS = 96;

const proof = (key: Uint8Array, code: Uint8Array) =>
  createHmac('sha256', key).update('mac-v1').update(code).digest().subarray(0, 4);

/** 64-bit code → 96 bits, each 0 or 1. */
export function sealPayload(key: Uint8Array, code: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(code);
  const sealed = Buffer.concat([bytes, proof(key, bytes)]);
  return Uint8Array.from({ length: PAYLOAD_BITS }, (_, i) => (sealed[i >> 3]! >> (7 - (i & 7))) & 1);
}

/** The code, if its proof holds. Random bits pass with a chance of 2⁻³². */
export function openPayload(key: Uint8Array, bits: Uint8Array): bigint | undefined {
  const sealed = Buffer.alloc(PAYLOAD_BITS / 8);
  for (let i = 0; i < PAYLOAD_BITS; i++) sealed[i >> 3]! |= bits[i]! << (7 - (i & 7));
  const code = sealed.subarray(0, 8);
  return timingSafeEqual(proof(key, code), sealed.subarray(8)) ? code.readBigUInt64BE() : undefined;
}
