import { expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import type { ManifestOf } from '../../../src/engine/manifest.ts';
import type { PixelNetwork } from '../../../src/engine/pixel-network.ts';
import { createUpscaler } from '../../../src/engine/upscale/enlarge.ts';
import { resample } from '../../../src/engine/upscale/resample.ts';
import { leastTilesOf, tilesOf } from '../../../src/engine/upscale/tiles.ts';

const context = { signal: new AbortController().signal, clock: { runMs: 0 }, onTile: () => {} };
const manifest = (over: Partial<ManifestOf<'upscale'>> = {}): ManifestOf<'upscale'> => ({
  ...{ name: 'up', kind: 'upscale', title: '', version: '1', licence: 'MIT', source: '', files: [], factor: 2 },
  graph: { file: 'model.onnx', range: [0, 1] },
  tile: { size: 32, overlap: 8 },
  ...over,
});

/** Repeats every pixel: what a tile shows does not depend on where it was cut. */
const repeat = (factor: number, side?: number): PixelNetwork => ({
  fixed: side ? { width: side, height: side } : undefined,
  async run({ data, width, height }) {
    const out = new Uint8Array(data.length * factor ** 2);
    for (let y = 0, to = 0; y < height * factor; y++)
      for (let x = 0; x < width * factor; x++, to += 3) {
        const from = 3 * (Math.floor(y / factor) * width + Math.floor(x / factor));
        out.set(data.subarray(from, from + 3), to);
      }
    return out;
  },
  release: async () => {},
});

const aPicture = (width: number, height: number): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256),
});
const at = ({ width, data }: Picture, x: number, y: number) => [
  ...data.slice((y * width + x) * 3, (y * width + x) * 3 + 3),
];

it.each([
  [7, 5],
  [32, 32],
  [33, 70],
  [100, 64],
])('tiles of a %i × %i picture cover it and overlap', (width, height) => {
  const tiles = tilesOf(width, height, 32, 8);
  const covered = new Set<number>();
  for (const { x, y, width: w, height: h } of tiles) {
    expect(x + w).toBeLessThanOrEqual(width);
    expect(y + h).toBeLessThanOrEqual(height);
    for (let j = y; j < y + h; j++) for (let i = x; i < x + w; i++) covered.add(j * width + i);
  }
  expect(covered.size).toBe(width * height);
  const columns = [...new Set(tiles.map(({ x }) => x))].sort((a, b) => a - b);
  columns.forEach((x, i) => void (i > 0 && expect(columns[i - 1]! + 32 - x).toBeGreaterThanOrEqual(8)));
});

it.each([
  [7, 5],
  [33, 70],
  [64, 48],
  [100, 64],
])('the least tiles of a %i × %i picture are as many, no larger, and share as much', (width, height) => {
  const [least, usual] = [leastTilesOf(width, height, 32, 8), tilesOf(width, height, 32, 8)];
  expect(least).toHaveLength(usual.length);
  for (const axis of ['x', 'y'] as const) {
    const [side, whole] = axis === 'x' ? (['width', width] as const) : (['height', height] as const);
    const own = least[0]![side];
    expect(own).toBeLessThanOrEqual(usual[0]![side]);
    const starts = [...new Set(least.map((tile) => tile[axis]))].sort((a, b) => a - b);
    expect([starts[0], starts.at(-1)! + own]).toEqual([0, whole]);
    starts.forEach((start, i) => void (i > 0 && expect(starts[i - 1]! + own - start).toBeGreaterThanOrEqual(8)));
  }
  expect(leastTilesOf(33, 33, 32, 8)[0]!.width).toBeLessThan(32);
});

it.each([undefined, 32])('puts tiles together without a seam: of a graph fixed to %s', async (side) => {
  const picture = aPicture(75, 50);
  const { enlarge } = createUpscaler(repeat(2, side), manifest());
  const larger = await enlarge(picture, context);
  expect([larger.width, larger.height]).toEqual([150, 100]);
  const expected = Array.from({ length: 150 * 100 }, (_, i) => at(picture, (i % 150) >> 1, Math.floor(i / 150) >> 1));
  expect(Buffer.from(expected.flat()).equals(larger.data)).toBe(true);
});

it.each([
  [60, 33],
  [33, 60],
  [100, 61],
])('tiles that are nowhere alone make no seam either: %i × %i', async (width, height) => {
  const picture = aPicture(width, height);
  const larger = await createUpscaler(repeat(2, 32), manifest()).enlarge(picture, context);
  const [across, down] = [2 * width, 2 * height];
  const expected = Array.from({ length: across * down }, (_, i) =>
    at(picture, (i % across) >> 1, Math.floor(i / across) >> 1),
  );
  expect(Buffer.from(expected.flat()).equals(larger.data)).toBe(true);
});

it.each([undefined, 32])(
  'half the network’s factor: every pixel is the mean of four, of a graph fixed to %s',
  async (side) => {
    const picture = aPicture(75, 50);
    const { enlarge } = createUpscaler(repeat(4, side), manifest({ factor: 4 }));
    const [half, full] = [await enlarge(picture, { ...context, factor: 2 }), await enlarge(picture, context)];
    expect([half.width, half.height, full.width, full.height]).toEqual([150, 100, 300, 200]);
    const expected = Array.from({ length: 150 * 100 }, (_, i) => at(picture, (i % 150) >> 1, Math.floor(i / 150) >> 1));
    expect(Buffer.from(expected.flat()).equals(half.data)).toBe(true);
  },
);

it('a mean is the mean of its square, not of its neighbours', async () => {
  const ramp: PixelNetwork = {
    ...repeat(2),
    run: async ({ width, height }) =>
      Uint8Array.from({ length: 3 * 4 * height * width }, (_, i) => 2 * (Math.floor(i / 3) % (2 * width))),
  };
  const { data } = await createUpscaler(ramp, manifest()).enlarge(aPicture(5, 3), { ...context, factor: 1 });
  expect([0, 3, 6, 9, 12].map((i) => data[i])).toEqual([1, 5, 9, 13, 17]);
});

it('says what is wrong with a manifest whose network enlarges by another factor', async () => {
  await expect(createUpscaler(repeat(4), manifest()).enlarge(aPicture(5, 3), context)).rejects.toMatchObject({
    code: 'model_corrupt',
    message: expect.stringContaining('does not enlarge 2 times'),
  });
});

it('enlarges a picture smaller than the tile its graph is fixed to', async () => {
  const picture = aPicture(10, 6);
  const larger = await createUpscaler(repeat(2, 32), manifest()).enlarge(picture, context);
  expect([larger.width, larger.height]).toEqual([20, 12]);
  expect(at(larger, 19, 11)).toEqual(at(picture, 9, 5));
});

it('tells of every tile and stops between two when told to', async () => {
  const control = new AbortController();
  const seen: [number, number][] = [];
  const onTile = (done: number, total: number) => {
    seen.push([done, total]);
    if (done === 2) control.abort();
  };
  const run = createUpscaler(repeat(2), manifest()).enlarge(aPicture(75, 50), {
    ...context,
    signal: control.signal,
    onTile,
  });
  await expect(run).rejects.toThrow();
  expect(seen).toEqual([
    [1, 6],
    [2, 6],
  ]);
});

it('resampling keeps a plain colour plain', async () => {
  const grey = { width: 8, height: 8, data: new Uint8Array(192).fill(99) };
  const larger = await resample(grey, 32, 16);
  expect([larger.width, larger.height]).toEqual([32, 16]);
  expect(new Set(larger.data)).toEqual(new Set([99]));
});
