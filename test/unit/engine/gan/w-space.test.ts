import { expect, it } from 'vitest';
import { createWSpace } from '../../../../src/engine/gan/w-space.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

const WIDTH = 5;
const N = 4000;
/** w = m + A·z of three numbers: a plane of faces in five dimensions. */
const samples = (() => {
  const z = createGenerator(1).randn(N * 3);
  const spread = createGenerator(2).randn(WIDTH * 3);
  return Float32Array.from({ length: N * WIDTH }, (_, at) => {
    const [n, i] = [Math.floor(at / WIDTH), at % WIDTH];
    return i + [0, 1, 2].reduce((sum, k) => sum + spread[i * 3 + k]! * z[n * 3 + k]!, 0);
  });
})();
const space = createWSpace(samples, WIDTH);
const off = createGenerator(3).randn(N * WIDTH);
const square = (v: Float32Array) => v.reduce((sum, x) => sum + x * x, 0);

it('goes there and back', () => {
  const rows = samples.slice(0, 6 * WIDTH);
  space.toRows(space.fromRows(rows)).forEach((v, i) => void expect(v).toBeCloseTo(rows[i]!, 4));
});

it('gives faces the size of a standard normal, one unit for each direction they take', () => {
  expect(square(space.fromRows(samples)) / N).toBeCloseTo(3, 1);
});

it('puts far out what is no face', () => {
  const noFaces = samples.map((v, i) => v + off[i]!);
  expect(square(space.fromRows(noFaces)) / N).toBeGreaterThan(30 * 3);
});

it('turns slopes as the coordinates turn', () => {
  const rows = samples.slice(0, 2 * WIDTH);
  const f = (c: Float32Array) => space.toRows(c).reduce((sum, w, i) => sum + (i + 1) * w * w, 0);
  const at = space.fromRows(rows);
  const slope = space.slopeOf(space.toRows(at).map((w, i) => 2 * (i + 1) * w));
  for (let k = 0; k < at.length; k++) {
    const [less, more] = [-1e-2, 1e-2].map((step) => f(at.map((v, i) => (i === k ? v + step : v))));
    expect((more! - less!) / 2e-2 / slope[k]!).toBeCloseTo(1, 1);
  }
});
