/** What of Gatys' loss is ours, without a network: Gram matrices, roughness, the gamut. */
import { expect, it } from 'vitest';
import { mulberry32 } from '../../../../src/core/mulberry32.ts';
import type { Target } from '../../../../src/engine/style/features.ts';
import { addBeyondGamut } from '../../../../src/engine/style/gamut.ts';
import { gatysLoss } from '../../../../src/engine/style/gatys-loss.ts';
import { gram, withOne } from '../../../../src/engine/style/gram.ts';
import { minimise } from '../../../../src/engine/style/lbfgs.ts';
import { addTotalVariation } from '../../../../src/engine/style/total-variation.ts';

const size = { width: 7, height: 5 };
const noise = (length: number, spread = 1, seed = 1) => {
  const random = mulberry32(seed);
  return Float32Array.from({ length }, () => (random() * 2 - 1) * spread);
};

it('a Gram matrix does not know where things are', () => {
  const [channels, cells] = [5, 700]; // more than one block of them
  const maps = noise(channels * cells);
  const random = mulberry32(2);
  const order = Array.from({ length: cells }, (_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key);
  const moved = Float32Array.from(maps, (_, at) => maps[Math.floor(at / cells) * cells + order[at % cells]!.i]!);
  expect(moved).not.toEqual(maps);
  for (const [i, v] of gram(moved, channels).entries()) expect(v).toBeCloseTo(gram(maps, channels)[i]!, 6);
});

it('a Gram matrix is the mean of the products of two channels', () => {
  const maps = Float32Array.of(1, 2, 3, 4, -1, 0);
  expect([...gram(maps, 2)]).toEqual([14 / 3, 2 / 3, 2 / 3, 17 / 3].map(Math.fround));
  expect([...gram(withOne(Float32Array.of(0.5, 0.25, -1, 1, 0, 0)), 4)].slice(12)).toEqual([0.375, 0, 0, 1]);
});

/** What a planes function answers, and what its slope says about it, along a direction. */
function alongDirection(add: (planes: Float32Array, slope: Float32Array) => number, planes: Float32Array) {
  const slope = new Float32Array(planes.length);
  add(planes, slope);
  const direction = noise(planes.length, 1, 9);
  const at = (step: number) =>
    add(
      planes.map((v, i) => v + step * direction[i]!),
      new Float32Array(planes.length),
    );
  const step = 1e-3;
  return {
    told: slope.reduce((sum, s, i) => sum + s * direction[i]!, 0),
    seen: (at(step) - at(-step)) / (2 * step),
  };
}

it.each([
  ['roughness', (p: Float32Array, s: Float32Array) => addTotalVariation(p, size, 3, s)],
  ['what lies beyond the gamut', (p: Float32Array, s: Float32Array) => addBeyondGamut(p, 3, s)],
])('the slope of %s is the one that finite differences see', (_, add) => {
  const { told, seen } = alongDirection(add, noise(size.width * size.height * 3, 1.5));
  expect(Math.abs(told)).toBeGreaterThan(0.01);
  expect(told / seen).toBeCloseTo(1, 3);
});

it('what is plain is not rough, and an edge costs what it is high, however sharp it is', () => {
  const rough = (row: number[]) => {
    const planes = Float32Array.from([...row, ...row, ...row, ...row, ...row]);
    return addTotalVariation(planes, size, planes.length, new Float32Array(planes.length));
  };
  expect(rough([0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3])).toBeCloseTo(0, 10);
  const [sharp, soft] = [rough([-1, -1, -1, 1, 1, 1, 1]), rough([-1, -1, -0.5, 0, 0.5, 1, 1])];
  expect(sharp).toBeGreaterThan(9.8); // 5 rows, 2 high
  expect(soft / sharp).toBeCloseTo(1, 1);
});

it('colours that a file can hold cost nothing', () => {
  const slope = new Float32Array(4);
  expect(addBeyondGamut(Float32Array.of(-1, 1, 0.2, -0.7), 5, slope)).toBe(0);
  expect(slope).toEqual(new Float32Array(4));
  expect(addBeyondGamut(Float32Array.of(-1.5, 1, 0.2, 0), 4, slope)).toBeCloseTo(0.25, 6);
  expect(slope[0]).toBeLessThan(0);
});

it('stops at the next evaluation when someone cancels', async () => {
  const control = new AbortController();
  let calls = 0;
  const net = {
    loss: async ({ data }: { data: Float32Array }) => {
      if (++calls === 3) control.abort();
      return { value: data.reduce((sum, v) => sum + v * v, 0), slope: data.map((v) => 2 * v) };
    },
  };
  const target: Target = { content: new Float32Array(0), contentWeight: 1, regions: [] };
  const deps = { net: net as never, clock: { runMs: 0 }, signal: control.signal };
  const objective = gatysLoss(deps, { target, smoothness: 1, size });
  await expect(minimise(objective, noise(size.width * size.height * 3), { iterations: 50 })).rejects.toThrow('abort');
  expect(calls).toBe(3);
});
