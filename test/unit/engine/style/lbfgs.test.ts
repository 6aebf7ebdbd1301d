import { expect, it } from 'vitest';
import { minimise } from '../../../../src/engine/style/lbfgs.ts';
import type { Evaluation, Vector } from '../../../../src/engine/style/objective.ts';

type F64 = Float64Array<ArrayBuffer>;

/** Objectives are asynchronous here because networks are. */
const counted = <V extends Vector>(f: (x: V) => Evaluation<V>) => {
  const count = { calls: 0 };
  const objective = async (x: V) => {
    count.calls++;
    return f(x);
  };
  return { count, objective };
};

/** Rosenbrock's valley in pairs of variables, lowest at (1, 1, …). */
function rosenbrock<V extends Vector>(x: V): Evaluation<V> {
  const slope = x.map(() => 0) as V;
  let value = 0;
  for (let i = 0; i + 1 < x.length; i += 2) {
    const [a, b] = [1 - x[i]!, x[i + 1]! - x[i]! ** 2];
    value += a * a + 100 * b * b;
    slope[i] = -2 * a - 400 * x[i]! * b;
    slope[i + 1] = 200 * b;
  }
  return { value, slope };
}

/** ½ Σ kᵢ (xᵢ − i)², curvatures from 1 to `worst`. */
const bowl =
  (n: number, worst: number) =>
  (x: F64): Evaluation<F64> => {
    const k = x.map((_, i) => worst ** (i / (n - 1)));
    return {
      value: x.reduce((sum, v, i) => sum + 0.5 * k[i]! * (v - i) ** 2, 0),
      slope: x.map((v, i) => k[i]! * (v - i)),
    };
  };

it.each([2, 10, 100])('finds the bottom of the valley of Rosenbrock in %i dimensions', async (n) => {
  const start = Float64Array.from({ length: n }, (_, i) => (i % 2 ? 1 : -1.2));
  const { count, objective } = counted(rosenbrock<F64>);
  const { x, value } = await minimise(objective, start, { iterations: 200 });
  expect(value).toBeLessThan(1e-16);
  for (const v of x) expect(v).toBeCloseTo(1, 7);
  expect(count.calls).toBeLessThan(120);
});

it('needs about as many steps for a quadratic as it has dimensions, when it remembers as many', async () => {
  const n = 12;
  const { objective } = counted(bowl(n, 100));
  const { x, value } = await minimise(objective, new Float64Array(n), { iterations: 3 * n, memory: n });
  expect(value).toBeLessThan(1e-9);
  for (const [i, v] of x.entries()) expect(v).toBeCloseTo(i, 4);
});

it('the more it remembers the sooner it is there', async () => {
  const lowest = async (memory: number) =>
    (await minimise(counted(bowl(50, 1000)).objective, new Float64Array(50), { iterations: 90, memory })).value;
  const [one, ten, thirty] = [await lowest(1), await lowest(10), await lowest(30)];
  expect(ten).toBeLessThan(one / 3);
  expect(thirty).toBeLessThan(ten / 10);
});

it('lets the value only fall, whatever the start and the first step', async () => {
  for (const reach of [1e-6, 1, 1e6])
    for (const from of [-1.9, 0, 30]) {
      const values: number[] = [rosenbrock(Float64Array.of(from, from)).value];
      await minimise(counted(rosenbrock<F64>).objective, Float64Array.of(from, from), {
        ...{ iterations: 60, reach },
        onIteration: (_, { value }) => void values.push(value),
      });
      for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]!);
      expect(values.at(-1)).toBeLessThan(values[0]!);
    }
});

it('works in single precision, as pictures are', async () => {
  const { value } = await minimise(counted(rosenbrock<Float32Array<ArrayBuffer>>).objective, Float32Array.of(-1.2, 1), {
    iterations: 100,
  });
  expect(value).toBeLessThan(1e-8);
});

it('keeps away from where the function is not a number', async () => {
  const { objective } = counted((x: F64) => ({
    value: x[0]! - Math.log(x[0]!),
    slope: Float64Array.of(1 - 1 / x[0]!),
  }));
  const { x } = await minimise(objective, Float64Array.of(0.01), { iterations: 60, reach: 100 });
  expect(x[0]).toBeCloseTo(1, 6);
});

it('stops where it is flat, and where no step leads down', async () => {
  const flat = counted((x: F64) => ({ value: 3, slope: x.map(() => 0) }));
  expect(await minimise(flat.objective, Float64Array.of(1, 2), { iterations: 9 })).toEqual({
    ...{ x: Float64Array.of(1, 2), value: 3, iterations: 0 },
  });
  const lying = counted((x: F64) => ({ value: x[0]!, slope: Float64Array.of(-1) }));
  const found = await minimise(lying.objective, Float64Array.of(5), { iterations: 9 });
  expect(found).toMatchObject({ value: 5, iterations: 0 });
  expect(lying.count.calls).toBeLessThan(30);
});

it('leaves the start as it was and lets the reason for stopping through', async () => {
  const start = Float64Array.of(-1.2, 1);
  await minimise(counted(rosenbrock<F64>).objective, start, { iterations: 3 });
  expect(start).toEqual(Float64Array.of(-1.2, 1));
  let calls = 0;
  const cancelled = async (x: F64) => {
    if (++calls === 4) throw new Error('cancelled');
    return rosenbrock(x);
  };
  await expect(minimise(cancelled, start, { iterations: 50 })).rejects.toThrow('cancelled');
  expect(calls).toBe(4);
});
