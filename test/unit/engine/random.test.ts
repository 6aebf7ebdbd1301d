import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGenerator } from '../../../src/engine/random.ts';

const sha256 = (values: Float32Array) => createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
const randn = (seed: number, n: number) => createGenerator(seed).randn(n);

// torch 1.13.1, CPU: sha256 of the little-endian float32 bytes of torch.manual_seed(seed); torch.randn(n)
const TORCH: [seed: number, n: number, sha256: string][] = [
  [0, 4, '3d2a6e6ad1af9f7fe63e5518a85a8199219076e4b798a543a3f0fdcfd4b76999'],
  [0, 15, 'feb39d97c8afee245f21d052413d07b2de3a4973c2085d7ed18ba5070e9c7a28'],
  [0, 16, '7648137a31024642604465428f1598d06f595259ac993612918498d7cde9b70c'],
  [0, 17, '6d2169852e19b6d18ed57d5a11b37c14723e147e06b2b3868a4e6d8a30017923'],
  [0, 1024, '443a9fa4ffb0e2221dbc5b56bec0b8ccb4510a8a94a903e8321dfa3b2d99d55b'],
  [0, 16384, '24efac55b39e95b2d74d8fb5b3a8e8a8e808bd04129f260c4cdbb225bb952a4d'],
  [42, 17, '2ae700cddb7c7bef2727381a13feed04c35ad67793a9695d51da507ac5c359f2'],
  [42, 16384, 'e97f3de04c7c6ba86354db4402b91d4402ede9c72aabed29a96dd7d635a798ba'],
];

it.each(TORCH)('seed %i, %i normals: the bytes are torch’s', (seed, n, expected) => {
  expect(sha256(randn(seed, n))).toBe(expected);
});

it('keeps the second normal of a pair for the next call, past a block in between', () => {
  const generator = createGenerator(0);
  expect([...generator.randn(3)]).toEqual([1.5409960746765137, -0.293428897857666, -2.1787893772125244]);
  generator.randn(16);
  expect(generator.randn(1)[0]).toBe(0.5684312582015991);
});

it('continues its stream: two draws are not one twice', () => {
  const generator = createGenerator(0);
  expect(generator.randn(256)[0]).toBe(-1.1258398294448853);
  expect(generator.randn(256)[0]).toBe(-0.03937254101037979);
});

it('takes the low 32 bits of a seed', () => {
  expect([...randn(2 ** 32 + 42, 16)]).toEqual([...randn(42, 16)]);
  expect([...randn(-1, 16)]).toEqual([...randn(2 ** 32 - 1, 16)]);
  expect(randn(2 ** 32 - 1, 16)[0]).toBe(-2.664297580718994);
});

it('is normal: mean 0, deviation 1, and symmetric enough', () => {
  const values = randn(7, 100_000);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(values.length)); // four standard errors
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
});

const SHARED = '../shared/reference/torch_randn.json';
describe.runIf(existsSync(SHARED))('the full reference', () => {
  const { refs } = existsSync(SHARED) ? JSON.parse(readFileSync(SHARED, 'utf8')) : { refs: [] };
  it('agrees in every tensor, and in what is drawn next', () => {
    for (const { seed, size, sha256_f32le, next_randn16 } of refs) {
      const generator = createGenerator(seed);
      expect(sha256(generator.randn(size.reduce((a: number, b: number) => a * b)))).toBe(sha256_f32le);
      expect([...generator.randn(16)]).toEqual(next_randn16);
    }
  });
});
