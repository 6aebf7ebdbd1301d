import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/core/picture.ts';
import { project, SearchState } from '../../../../src/engine/gan/projection.ts';
import { createWSpace } from '../../../../src/engine/gan/w-space.ts';
import { fromBytes, toBytes } from '../../../../src/engine/plain-bytes.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

const WIDTH = 4;
const generator = createGenerator(5);
const space = createWSpace(generator.randn(1000 * WIDTH), WIDTH);
const target = generator.randn(3 * WIDTH);
const picture = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) };

/** Unlike by the weighted square of how far the rows are from the target's. */
const judge = async (rows: Float32Array) => {
  const weight = (i: number) => 20 * (1 + (i % 3));
  const off = rows.map((v, i) => v - target[i]!);
  return {
    loss: off.reduce((sum, v, i) => sum + weight(i) * v * v, 0),
    slope: off.map((v, i) => 2 * weight(i) * v),
    picture,
  };
};
const search = (over: object = {}) => ({
  ...{ steps: 20, signal: new AbortController().signal, onBeat: () => {}, onProgress: () => {} },
  ...over,
});
const far = new Float32Array(3 * WIDTH).fill(4);
const near = target.map((v) => v + 0.3);

describe('the search for a picture', () => {
  it('finds the face where it lies', async () => {
    const rows = await project(judge, space, [far], search());
    rows.forEach((v, i) => void expect(v).toBeCloseTo(target[i]!, 1));
  });

  it('stays the nearer to other faces the less the picture is like any', async () => {
    const unlike = (more: number) => async (rows: Float32Array) => {
      const { loss, ...rest } = await judge(rows);
      return { ...rest, loss: loss + more };
    };
    const size = (rows: Float32Array) => space.fromRows(rows).reduce((sum, c) => sum + c * c, 0);
    const sizes = [];
    for (const more of [0, 1000, 1e5]) sizes.push(size(await project(unlike(more), space, [far], search())));
    expect(sizes[0]!).toBeCloseTo(size(target), 0);
    expect(sizes[1]!).toBeLessThan(sizes[0]! * 0.95);
    expect(sizes[2]!).toBeLessThan(sizes[0]! / 4);
  });

  it('begins at the likelier of its starts, and without a step stays there', async () => {
    const rows = await project(judge, space, [far, near], search({ steps: 0 }));
    rows.forEach((v, i) => void expect(v).toBeCloseTo(near[i]!, 5));
  });

  it('tells of every step, with a look at the face', async () => {
    const told: Progress[] = [];
    let beats = 0;
    const options = { steps: 4, onProgress: (p: Progress) => told.push(p), onBeat: () => beats++ };
    await project(judge, space, [far], search(options));
    expect(told).toEqual([1, 2, 3, 4].map((step) => ({ step, total: 4, preview: picture })));
    expect(beats).toBeGreaterThanOrEqual(5);
  });

  it('left after any step and gone on with elsewhere, ends with the same bytes', async () => {
    const states: SearchState[] = [];
    const onState = (state: SearchState) => states.push(SearchState.parse(fromBytes(toBytes(state))));
    const whole = await project(judge, space, [far], search({ steps: 12, onState }));
    expect(states.map(({ done }) => done)).toEqual(Array.from({ length: states.length }, (_, i) => i + 1));
    expect(states.length).toBeGreaterThan(6);
    for (const from of states) {
      const steps: number[] = [];
      const onProgress = ({ step }: Progress) => steps.push(step);
      const rest = await project(judge, space, [near], search({ steps: 12, from, onProgress }));
      expect(Buffer.from(rest.buffer).equals(Buffer.from(whole.buffer))).toBe(true);
      expect(steps).toEqual(states.map(({ done }) => done).filter((done) => done > from.done));
    }
  });

  it('stops between two looks when it is cancelled', async () => {
    const stop = new AbortController();
    let looks = 0;
    const counted = async (rows: Float32Array) => {
      if (++looks === 3) stop.abort();
      return judge(rows);
    };
    await expect(project(counted, space, [far], search({ signal: stop.signal }))).rejects.toThrow();
    expect(looks).toBe(3);
  });
});
