import { describe, expect, it } from 'vitest';
import { addUp, arrange, guessWeights, type Output, shapesOf } from '../../../../src/engine/control/residuals.ts';
import { residualShapes } from '../../../../src/engine/diffusion/residual-shapes.ts';
import type { Port } from '../../../../src/engine/network.ts';

const SD15 = residualShapes({}, 64, 64);
const port = (channels: number | string): Port => ({
  name: 'down_block',
  type: 'float32',
  shape: ['batch', channels, 'h', 'w'],
});
const output = (name: string, size: number): Output => ({ name, data: new Float32Array(size) });
const sizes = SD15.map(([c, h, w]) => c * h * w);

it('knows the 13 residuals of Stable Diffusion 1.5 in order, under the names torch gives them by accident', () => {
  const names = [
    'down_block_res_samples',
    'mid_block_res_sample',
    ...Array.from({ length: 11 }, (_, i) => `${24549 + i}`),
  ];
  const outputs = names.map((name, i) => output(name, sizes[i]!));
  const wanted = shapesOf(
    SD15.map(([channels]) => port(channels)),
    SD15,
    64,
    64,
  );
  expect(arrange(outputs, wanted, 1, 'm').map(({ dims }) => dims)).toEqual(SD15);
});

it('believes names when all are known, whatever the order', () => {
  const outputs = [output('mid_block_res', 8), output('down_block_1', 8), output('down_block_0', 8)];
  const ordered = arrange(outputs, [[[8, 1, 1]], [[8, 1, 1]], [[8, 1, 1]]], 1, 'm');
  expect(ordered.map(({ data }) => outputs.findIndex((output) => output.data === data))).toEqual([2, 1, 0]);
});

describe('shapes', () => {
  it('are the configuration’s where it agrees with the inputs', () => {
    expect(
      shapesOf(
        SD15.map(() => port('anything')),
        SD15,
        64,
        64,
      ),
    ).toEqual(SD15.map((shape) => [shape]));
  });

  it('are any depth of the input’s channels where it does not', () => {
    const [first] = shapesOf([port(96), port(192)], SD15, 16, 24);
    expect(first!.slice(0, 4)).toEqual([
      [96, 16, 24],
      [96, 8, 12],
      [96, 4, 6],
      [96, 2, 3],
    ]);
    const outputs = [output('a', 2 * 96 * 8 * 12), output('b', 2 * 192 * 4 * 6)];
    const ordered = arrange(outputs, shapesOf([port(96), port(192)], SD15, 16, 24), 2, 'm');
    expect(ordered.map(({ dims }) => dims)).toEqual([
      [96, 8, 12],
      [192, 4, 6],
    ]);
  });
});

it.each([
  ['too few', [8, 8]],
  ['too many', [8, 8, 8, 8]],
  ['of another size', [8, 8, 9]],
])('refuses outputs that are %s', (_, given) => {
  const outputs = given.map((size, i) => output(`o${i}`, size));
  expect(() => arrange(outputs, [[[8, 1, 1]], [[8, 1, 1]], [[2, 2, 2]]], 1, 'm')).toThrow(/does not fit/);
});

it('weakens shallow layers as numpy’s logspace(−1, 0, 13) does', () => {
  const weights = guessWeights(13);
  expect(weights[0]).toBeCloseTo(0.1, 12);
  expect(weights[6]).toBeCloseTo(0.31622776601683794, 12);
  expect(weights[12]).toBe(1);
});

it('adds up what several give, and leaves out what none gives', () => {
  const feed = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length, 1, 1] });
  const sum = addUp([
    { residuals: [feed(1, 2), undefined, feed(4)], weights: [1, 1, 0.5] },
    { residuals: [feed(10, 20), undefined], weights: [0.5, 1] },
  ]);
  expect(sum.map((residual) => residual && [...residual.data])).toEqual([[6, 12], undefined, [2]]);
});
