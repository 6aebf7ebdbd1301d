/** Files from strangers: read when sound, refused with the reason when not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { openSafetensors } from '../../../../src/engine/adapters/safetensors.ts';
import { aFolder, aRawSafetensors, aSafetensors, numbers } from './adapter-files.ts';

it.each(['F32', 'F16', 'BF16'] as const)('reads %s numbers, shapes and metadata', async (type) => {
  const data = Float32Array.of(1, -2, 0.5, 0.25, 8, 0);
  const path = aSafetensors(
    { one: { shape: [2, 3], data, type }, none: { shape: [0], data: new Float32Array(), type } },
    { metadata: { by: 'a test' } },
  );
  const file = await openSafetensors(path);
  expect(file.tensors.get('one')).toMatchObject({ shape: [2, 3], dtype: type });
  expect([...(await file.floats('one'))]).toEqual([...data]);
  expect(file.metadata).toEqual({ by: 'a test' });
  await expect(file.floats('two')).rejects.toThrow(/lacks the tensor two/);
  await file.close();
});

const entry = (over: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over });
const eight = new Uint8Array(8);

it.each<[string, unknown, Uint8Array, RegExp]>([
  ['no JSON', '{"a":', eight, /not a JSON object/],
  ['a list', '[]', eight, /not a JSON object/],
  ['bytes that are not text', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), eight, /not a JSON object/],
  ['metadata that is not text', { __metadata__: { a: 1 } }, eight, /metadata is not text/],
  ['an entry without a type', { a: { shape: [2], data_offsets: [0, 8] } }, eight, /lacks dtype/],
  ['an unknown type', { a: entry({ dtype: 'F7' }) }, eight, /unknown type F7/],
  ['a type named like an object’s own', { a: entry({ dtype: 'constructor' }) }, eight, /unknown type/],
  ['a negative side', { a: entry({ shape: [-2] }) }, eight, /lacks dtype, shape/],
  ['sides whose product overflows', { a: entry({ shape: [2 ** 40, 2 ** 40] }) }, eight, /its shape needs/],
  ['fewer bytes than its shape needs', { a: entry({ shape: [3] }) }, eight, /8 bytes where its shape needs 12/],
  ['an end behind the file’s', { a: entry({ data_offsets: [8, 16] }) }, eight, /outside the file/],
  ['an end before its beginning', { a: entry({ data_offsets: [8, 0] }) }, eight, /outside the file/],
  ['two tensors over each other', { a: entry(), b: entry({ shape: [1], data_offsets: [4, 8] }) }, eight, /overlaps/],
])('refuses %s', async (_, header, data, message) => {
  const text = typeof header === 'string' || header instanceof Uint8Array ? header : JSON.stringify(header);
  const error: AppError = await openSafetensors(aRawSafetensors(text, data)).then(
    () => expect.fail('was accepted'),
    (caught) => caught,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error.code).toBe('invalid_request');
  expect(error.message).toMatch(message);
});

it.each<[string, string, Uint8Array, RegExp]>([
  ['an empty file', 'a.safetensors', new Uint8Array(), /too short/],
  [
    'a header that promises gigabytes',
    'a.safetensors',
    Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0, 0x7b),
    /header would be/,
  ],
  ['a header longer than the file', 'a.safetensors', Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 0x7b), /cut short/],
  [
    'a pickle under another name',
    'a.safetensors',
    Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0, 0, 0, 0),
    /pickle file.*whatever program/,
  ],
  [
    'torch’s zip under another name',
    'a.safetensors',
    Buffer.from('PK\u0003\u0004\u0000\u0000\u0000\u0000\u0000'),
    /pickle file/,
  ],
  ['a .ckpt', 'a.ckpt', new Uint8Array(16), /a\.ckpt is a pickle file.*\.safetensors/],
  ['a .pt', 'a.pt', new Uint8Array(16), /pickle file/],
  ['a .bin', 'a.bin', new Uint8Array(16), /pickle file/],
])('refuses %s', async (_, name, bytes, message) => {
  const path = join(aFolder(), name);
  writeFileSync(path, bytes);
  await expect(openSafetensors(path)).rejects.toThrow(message);
});

it('takes a header whose length looks like a pickle’s first bytes', async () => {
  const header = JSON.stringify({ a: entry() }).padEnd(0x280);
  const file = await openSafetensors(aRawSafetensors(header, eight));
  expect(file.tensors.size).toBe(1);
  await file.close();
});

it('says when a tensor is not of floats', async () => {
  const file = await openSafetensors(aRawSafetensors(JSON.stringify({ a: entry({ dtype: 'I32' }) }), eight));
  await expect(file.floats('a')).rejects.toThrow(/stored as I32/);
  await file.close();
});

it('reads each of two hundred damaged copies or refuses them, and never fails otherwise', async () => {
  const path = aSafetensors({ a: numbers(1, 3, 4), b: numbers(2, 5) });
  const whole = readFileSync(path);
  const random = numbers(9, 600).data;
  for (let i = 0; i < 200; i++) {
    const copy = Buffer.from(whole);
    for (let k = 0; k < 3; k++) copy[Math.abs(Math.trunc(random[3 * i + k]! * 40)) % copy.length]! ^= 1 << (i % 8);
    writeFileSync(path, i % 5 === 0 ? copy.subarray(0, copy.length - (i % 60)) : copy);
    const error = await openSafetensors(path).then(
      (file) => file.close(),
      (caught: unknown) => caught,
    );
    if (error) expect(error).toBeInstanceOf(AppError);
  }
});
