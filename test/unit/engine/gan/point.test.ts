import { describe, expect, it } from 'vitest';
import type { FacePoint } from '../../../../src/core/face-recipe.ts';
import { drawsOf, faceSeed } from '../../../../src/engine/gan/draws.ts';
import { latentOf, pointOf } from '../../../../src/engine/gan/point.ts';
import { repeated } from '../../../../src/engine/gan/w-plus.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

const widths = { zWidth: 20, wWidth: 6, layers: 12, noiseWidth: 40 };
const meanW = Float32Array.of(1, 2, 3, 4, 5, 6);
const smile = Float32Array.of(1, 0, 0.1, 0, 0, 0);
const beard = Float32Array.of(0.3, 0, 0.7, 0, 0, 1);
const found = createGenerator(77).randn(72);

/** A network whose w is the first numbers of z: everything around it is ours. */
const deps = {
  generator: {
    ...{ manifest: widths as never, meanW, directions: new Map(Object.entries({ smile, beard })) },
    drawsOf: (seed: number) => drawsOf(seed, widths),
    map: async (z: Float32Array) => z.slice(0, 6),
  },
  clock: { runMs: 0 },
  find: async () => found,
};
const aPoint = (over: Partial<FacePoint> = {}): FacePoint => ({
  ...{ seed: 7, truncation: 0.7, edits: {}, mixes: [] },
  ...over,
});
const rowsOf = async (over: Partial<FacePoint> = {}) => (await latentOf(deps, aPoint(over))).rows;
const projection = { picture: { key: 'k', sha256: 'a'.repeat(64), width: 9, height: 9 }, steps: 5 };

describe('a seed', () => {
  it('is torch’s: manual_seed(7), randn(1, 68), randn(1, 43680)', () => {
    const { z, noise } = drawsOf(7, { zWidth: 68, noiseWidth: 43680 });
    const at = (v: Float32Array, ...places: number[]) => places.map((i) => v[i]!.toFixed(7));
    expect(at(z, 0, 1, 66, 67)).toEqual(['-0.8201345', '0.3956312', '0.7469808', '1.3797723']);
    expect(at(noise, 0, 1, 43678, 43679)).toEqual(['-0.1258967', '-0.9577823', '0.2208718', '0.5240964']);
  });

  it('draws which face first and its grain after, as torch would', () => {
    const generator = createGenerator(7);
    expect(drawsOf(7, widths)).toEqual({ z: generator.randn(20), noise: generator.randn(40) });
  });

  it('of image i is the one after that of image i − 1, round the end of all seeds', () => {
    expect([faceSeed(2 ** 32 - 2, 1), faceSeed(2 ** 32 - 2, 2)]).toEqual([2 ** 32 - 1, 0]);
    const recipe = { ...aPoint({ seed: 40 }), v: 1 as const, kind: 'face' as const, model: {} as never, count: 9 };
    expect(pointOf(recipe, 3)).toEqual(aPoint({ seed: 43 }));
  });
});

describe('a face', () => {
  it('is the mean one at ψ = 0 whatever its seed, and its mixes', async () => {
    for (const seed of [1, 2, 3])
      expect(await rowsOf({ seed, truncation: 0, mixes: [{ seed: 9, layers: [2, 5] }] })).toEqual(repeated(meanW, 12));
  });

  it('mixed with itself stays as it is', async () => {
    expect(await rowsOf({ mixes: [{ seed: 7, layers: [0, 11] }] })).toEqual(await rowsOf());
  });

  it('takes the layers of another face of the same truncation', async () => {
    const rows = await rowsOf({ mixes: [{ seed: 8, layers: [4, 7] }] });
    expect(rows.subarray(24, 48)).toEqual((await rowsOf({ seed: 8 })).subarray(24, 48));
    expect(rows.subarray(0, 24)).toEqual((await rowsOf()).subarray(0, 24));
  });

  it('edited by 0 stays as it is', async () => {
    expect(await rowsOf({ edits: { smile: 0, beard: 0 } })).toEqual(await rowsOf());
  });

  it('is edited last, so that mixes and ψ leave the edit alone', async () => {
    const mixes = [{ seed: 8, layers: [0, 11] as [number, number] }];
    const [plain, smiling] = [await rowsOf({ mixes }), await rowsOf({ mixes, edits: { smile: 2 } })];
    smiling.forEach((v, i) => void expect(v - plain[i]!).toBeCloseTo(2 * smile[i % 6]!, 5));
  });

  it('is the same to the last bit in whatever order its edits are kept', async () => {
    expect(await rowsOf({ edits: { smile: 0.3, beard: 1.7 } })).toEqual(
      await rowsOf({ edits: { beard: 1.7, smile: 0.3 } }),
    );
  });

  it('found for a picture lies where it was found, without grain', async () => {
    const { rows, noise } = await latentOf(deps, aPoint({ truncation: 1, projection }));
    expect(rows).toEqual(found);
    expect(noise.every((v) => v === 0)).toBe(true);
  });

  it('of an attribute that its model lost since is not drawn', async () => {
    await expect(rowsOf({ edits: { wink: 1 } })).rejects.toMatchObject({ code: 'internal' });
  });
});
