import { expect, it } from 'vitest';
import { applyLayerNorm, fitLayerNorm } from '../../../../src/engine/diffusion/final-norm.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

const [tokens, width] = [24, 32];
const random = createGenerator(5);
const truth = {
  gain: Float64Array.from(random.randn(width), (v) => 1 + v / 3),
  bias: Float64Array.from(random.randn(width)),
};

it('finds gain and bias from a layer before and after its norm', () => {
  const before = random.randn(tokens * width);
  const fitted = fitLayerNorm(before, applyLayerNorm(before, truth), width)!;
  const other = random.randn(tokens * width).map((v) => 3 * v + 1);
  const [got, want] = [applyLayerNorm(other, fitted), applyLayerNorm(other, truth)];
  for (const i of got.keys()) expect(got[i]).toBeCloseTo(want[i]!, 5);
});

it('says so when the one is no norm of the other', () => {
  expect(fitLayerNorm(random.randn(tokens * width), random.randn(tokens * width), width)).toBeUndefined();
});
