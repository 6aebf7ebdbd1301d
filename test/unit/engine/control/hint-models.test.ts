/** Hints by networks: depth and pose models in folders of their own, here graphs whose answer is known. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/core/log.ts';
import type { MakeHint } from '../../../../src/core/picture.ts';
import { createCatalogue, openCatalogue } from '../../../../src/engine/catalogue.ts';
import { openDevice } from '../../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../../src/engine/engine.ts';
import { createGraph } from '../../../../src/engine/onnx/builder.ts';
import { writeModelFolder } from '../../../models/model-folder.ts';
import { at, drawn, lit, scene } from './a-picture.ts';

const root = mkdtempSync(join(tmpdir(), 'hints-'));
const log = createLogger('silent');
const SIZE = 32;

/** The mean of the channels, as [1, 1, h, w]: bright is large. */
function brightness(): Uint8Array {
  const graph = createGraph();
  graph.input('image', 'float32', [1, 3, SIZE, SIZE]);
  graph.output('depth', 'float32', [1, 1, SIZE, SIZE]);
  graph.node('ReduceMean', ['image'], 'depth', { axes: [1], keepdims: 1 });
  return graph.bytes();
}

/** A map for each of 17 joints: all the same, the red channel. */
function redness(): Uint8Array {
  const graph = createGraph();
  graph.input('image', 'float32', [1, 3, SIZE, SIZE]);
  graph.output('heatmaps', 'float32', [1, 17, SIZE, SIZE]);
  graph.weight('first', [1], BigInt64Array.of(0n));
  graph.node('Gather', ['image', 'first'], 'red', { axis: 1 });
  graph.weight('times', [4], BigInt64Array.of(1n, 17n, 1n, 1n));
  graph.node('Tile', ['red', 'times'], 'heatmaps');
  return graph.bytes();
}

let engine: Engine;
let hint: MakeHint;
beforeAll(async () => {
  const put = (name: string, about: object, bytes: Uint8Array) =>
    writeModelFolder(
      join(root, name),
      { graph: { file: 'model.onnx', size: SIZE }, ...about },
      { 'model.onnx': bytes },
    );
  put('depth', { kind: 'depth' }, brightness());
  put('pose', { kind: 'pose' }, redness());
  const device = await openDevice({ log }, 'cpu', 2);
  engine = createLocalEngine({ catalogue: await openCatalogue({ MODELS_DIR: root }), device, log });
  hint = engine.hint;
});
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

describe('depth', () => {
  it('is grey from black to white, of the picture’s own size', async () => {
    const ramp = drawn(90, 50, (x) => [x + 40, x + 40, x + 40]);
    const depth = await hint(ramp, 'depth');
    expect(depth).toMatchObject({ width: 90, height: 50 });
    const row = [0, 20, 45, 70, 89].map((x) => at(depth, x, 25));
    for (const [r, g, b] of row) expect([g, b]).toEqual([r, r]);
    expect(row[0]![0]).toBeLessThan(6);
    expect(row[4]![0]).toBeGreaterThan(249);
    expect(row.map(([v]) => v)).toEqual(row.map(([v]) => v).sort((a, b) => a - b));
  });

  it('is black where everything is equally far', async () => {
    expect(
      lit(
        await hint(
          drawn(20, 30, () => [90, 90, 90]),
          'depth',
        ),
      ),
    ).toEqual([]);
  });
});

describe('pose', () => {
  it('draws joints where they are, whatever the shape of the picture', async () => {
    for (const [width, height, x, y] of [
      [64, 64, 40, 20],
      [160, 80, 120, 60],
      [80, 160, 20, 100],
    ] as const) {
      const dot = drawn(width, height, (u, v) => (Math.hypot(u - x, v - y) < 6 ? [255, 0, 0] : [0, 0, 0]));
      const drawnAt = lit(await hint(dot, 'pose'));
      expect(drawnAt.length).toBeGreaterThan(0);
      for (const [u, v] of drawnAt) expect(Math.hypot(u - x, v - y)).toBeLessThan(12);
    }
  });

  it('draws nothing where nobody is seen', async () => {
    expect(
      lit(
        await hint(
          drawn(64, 64, () => [20, 200, 200]),
          'pose',
        ),
      ),
    ).toEqual([]);
  });
});

it('asks for a model where there is none, and for another name where there is no such hint', async () => {
  const device = await openDevice({ log }, 'cpu', 2);
  const bare = createLocalEngine({ catalogue: createCatalogue([]), device, log });
  await expect(bare.hint(scene(8, 8), 'pose')).rejects.toMatchObject({ code: 'model_missing' });
  await expect(bare.hint(scene(8, 8), 'contours')).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await bare.hint(scene(8, 8), 'none')).toEqual(scene(8, 8));
});
