/** Plain data with arrays of numbers in it, as bytes: what a process writes down for its successor. */
import { createHash } from 'node:crypto';

const MAGIC = Buffer.from('atelier state 1\n');
const HASH_BYTES = 32;

/**
 * [magic, length of the text as uint32, text, floats, sha256 of all before]. The text is JSON in which `{ $f: [start,
 * length] }` stands for floats and `{ $n: 'Infinity' }` for what JSON has no number for. Equal arrays are written once.
 */
export function toBytes(value: unknown): Uint8Array {
  const known = new Map<Float32Array, [start: number, length: number]>();
  let floats = 0;
  const text = JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) return { $n: String(inner) };
    if (!(inner instanceof Float32Array)) return inner;
    const place = known.get(inner) ?? [floats, inner.length];
    if (!known.has(inner)) floats += inner.length;
    known.set(inner, place);
    return { $f: place };
  });
  const head = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const arrays = [...known.keys()].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  const body = Buffer.concat([MAGIC, length, head, ...arrays]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Throws for bytes that are not what `toBytes` wrote. */
export function fromBytes(bytes: Uint8Array): unknown {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = all.subarray(0, -HASH_BYTES);
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new TypeError('This is not a state of ours.');
  if (!createHash('sha256').update(body).digest().equals(all.subarray(-HASH_BYTES)))
    throw new TypeError('This state is damaged.');
  const at = MAGIC.length + 4;
  const end = at + body.readUInt32LE(MAGIC.length);
  const floats = new Float32Array(Uint8Array.from(body.subarray(end)).buffer); // a copy: floats begin at multiples of 4
  return JSON.parse(body.toString('utf8', at, end), (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if ('$n' in inner) return Number(inner.$n);
    if (!('$f' in inner)) return inner;
    const [start, length] = inner.$f as [number, number];
    return floats.slice(start, start + length);
  });
}
