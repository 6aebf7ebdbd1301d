import { expect, it } from 'vitest';
import { imageSeed, slerp, startingNoise } from '../../../src/engine/diffusion/noise.ts';
import { createGenerator } from '../../../src/engine/random.ts';

const noiseOf = (recipe: Parameters<typeof startingNoise>[0], index: number) => [
  ...startingNoise(recipe, index, 64).noise,
];

it('image i of a recipe is image 0 of the recipe with its seed', () => {
  expect(noiseOf({ seed: 10 }, 3)).toEqual(noiseOf({ seed: imageSeed({ seed: 10 }, 3) }, 0));
  expect(imageSeed({ seed: 2 ** 32 - 1 }, 1)).toBe(0);
});

it('ancestral noise goes on where the starting noise ended', () => {
  const torch = createGenerator(5);
  torch.randn(64);
  expect([...startingNoise({ seed: 5 }, 0, 64).generator.randn(64)]).toEqual([...torch.randn(64)]);
});

it('a variation of strength 0 is the picture itself, of strength 1 the other one', () => {
  const other = { seed: 9, strength: 0 };
  expect(noiseOf({ seed: 5, variation: other }, 2)).toEqual(noiseOf({ seed: 5 }, 0));
  const end = noiseOf({ seed: 5, variation: { ...other, strength: 1 } }, 2);
  noiseOf({ seed: 11 }, 0).forEach((v, i) => void expect(end[i]).toBeCloseTo(v, 6));
});

it('variations of one picture differ from each other', () => {
  const variation = { seed: 9, strength: 0.3 };
  expect(noiseOf({ seed: 5, variation }, 0)).not.toEqual(noiseOf({ seed: 5, variation }, 1));
});

it('a variation of a variation begins where that picture did', () => {
  const first = { seed: 9, strength: 0.3 };
  const before = [{ seed: 9 + 2, strength: 0.3 }]; // how its picture 2 came about
  const second = { seed: 40, strength: 0, before };
  expect(noiseOf({ seed: 5, variation: second }, 1)).toEqual(noiseOf({ seed: 5, variation: first }, 2));
});

it('slerp keeps the length of noise, where a straight line would not', () => {
  const [a, b] = [createGenerator(1).randn(4096), createGenerator(2).randn(4096)];
  const length = (x: Float32Array) => Math.hypot(...x);
  expect(length(slerp(0.5, a, b)) / length(a)).toBeCloseTo(1, 1);
});

it('slerp of equal noises is that noise', () => {
  const a = createGenerator(1).randn(16);
  slerp(0.3, a, a).forEach((v, i) => void expect(v).toBeCloseTo(a[i]!, 6));
});
