import { expect, it } from 'vitest';
import { inTiles } from '../../../src/engine/diffusion/tiled.ts';
import { createVae } from '../../../src/engine/diffusion/vae.ts';
import type { Network } from '../../../src/engine/network.ts';

const clock = { runMs: 0 };
const some = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 3);
const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

/** Looks `reach` pixels far and sees zeros beyond the edge, as a padded convolution does. */
function blurred(data: Float32Array, channels: number, height: number, width: number, reach = 2): Float32Array {
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let j = Math.max(0, y - reach); j <= Math.min(height - 1, y + reach); j++)
          for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++)
            sum += data[(c * height + j) * width + i]! / (1 + Math.abs(i - x) + 2 * Math.abs(j - y));
        out[(c * height + y) * width + x] = sum;
      }
  return out;
}

const side = { channels: 3, scale: 1 };
it.each([
  [40, 40],
  [17, 61],
  [16, 16],
  [90, 9],
])('a margin as wide as the network looks makes tiles exact: %i × %i', async (width, height) => {
  const data = some(3 * width * height);
  const tiling = { size: 16, overlap: 6, margin: 2 };
  const tiled = await inTiles(data, { height, width }, { from: side, to: side }, tiling, async (part, tile) =>
    blurred(part, 3, tile.height, tile.width),
  );
  expect(furthest(tiled, blurred(data, 3, height, width))).toBeLessThan(1e-5);
});

it('without a margin the edges of tiles show', async () => {
  const data = some(3 * 40 * 40);
  const tiling = { size: 16, overlap: 6, margin: 0 };
  const tiled = await inTiles(data, { height: 40, width: 40 }, { from: side, to: side }, tiling, async (part, tile) =>
    blurred(part, 3, tile.height, tile.width),
  );
  expect(furthest(tiled, blurred(data, 3, 40, 40))).toBeGreaterThan(0.1);
});

/** Eight times larger by repetition, and back by taking every eighth: four channels from three and an added one. */
const network = (
  name: string,
  output: string,
  run: (data: Float32Array, h: number, w: number) => Float32Array,
): Network => ({
  inputs: [{ name, type: 'float32', shape: [1, 'c', 'h', 'w'] }],
  outputs: [{ name: output, type: 'float32', shape: [] }],
  run: async (feeds) => {
    const [, , h, w] = feeds[name]!.dims as [number, number, number, number];
    return { [output]: run(feeds[name]!.data as Float32Array, h, w) };
  },
  release: async () => {},
});
const decoder = network('latent_sample', 'sample', (data, h, w) => {
  const out = new Float32Array(3 * 64 * h * w);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 8 * h; y++)
      for (let x = 0; x < 8 * w; x++) out[(c * 8 * h + y) * 8 * w + x] = data[(c * h + (y >> 3)) * w + (x >> 3)]!;
  return out;
});
const encoder = (means: 'parameters' | 'sample') =>
  network('sample', means === 'parameters' ? 'latent_parameters' : 'latent_sample', (data, h, w) => {
    const [rows, columns] = [h >> 3, w >> 3];
    const out = new Float32Array((means === 'parameters' ? 8 : 4) * rows * columns).fill(-9); // log variance
    for (let c = 0; c < 4; c++)
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++)
          out[(c * rows + y) * columns + x] = c < 3 ? data[(c * h + 8 * y) * w + 8 * x]! : 0.5;
    return out;
  });
const config = { scaling_factor: 0.25, shift_factor: 0.125, block_out_channels: [1, 1, 1, 1] };
const shape = { channels: 4, height: 6, width: 10 };
const planes = () => some(3 * 48 * 80).map((v) => v / 3);

it.each(['parameters', 'sample'] as const)('latent %s: the mean, shifted and scaled', async (means) => {
  const vae = createVae(decoder, config, async () => encoder(means));
  const latent = await vae.encode(planes(), shape, clock);
  expect(latent).toHaveLength(4 * 6 * 10);
  expect(latent[0]).toBeCloseTo((planes()[0]! - 0.125) * 0.25, 6);
  expect(latent[3 * 60]).toBeCloseTo((0.5 - 0.125) * 0.25, 6);
});

it('decoding undoes encoding, in one piece and in tiles', async () => {
  for (const options of [{}, { most: 1, tiling: { size: 4, overlap: 2, margin: 0 } }]) {
    const vae = createVae(decoder, config, async () => encoder('parameters'), options);
    const picture = await vae.decode(await vae.encode(planes(), shape, clock), shape, clock);
    expect([picture.width, picture.height]).toEqual([80, 48]);
    for (const [x, y] of [
      [0, 0],
      [5, 2],
      [9, 5],
    ] as const) {
      const wanted = Math.round((planes()[8 * y * 80 + 8 * x]! + 1) * 127.5);
      expect(Math.abs(picture.data[(8 * y * 80 + 8 * x) * 3]! - wanted)).toBeLessThanOrEqual(1);
    }
  }
});

it('a model without an encoder says so', async () => {
  await expect(createVae(decoder, config).encode(planes(), shape, clock)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('vae_encoder'),
  });
});
