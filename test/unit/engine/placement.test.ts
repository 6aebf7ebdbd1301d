import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import { composite, eitherMask, marginMask, maskOf } from '../../../src/engine/diffusion/mask.ts';
import { covering, lay, withMargins } from '../../../src/engine/placement.ts';

const canvas = { width: 128, height: 128 };
/** Every pixel says where it is. */
const aPicture = (width: number, height: number): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [(pixel % width) * 4, Math.floor(pixel / width) * 4, 200][i % 3]!;
  }),
});
const at = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('a picture on a canvas', () => {
  it.each([
    [
      { width: 512, height: 512 },
      { left: 0, top: 0, width: 128, height: 128 },
    ],
    [
      { width: 600, height: 400 },
      { left: -32, top: 0, width: 192, height: 128 },
    ],
    [
      { width: 50, height: 100 },
      { left: 0, top: -64, width: 128, height: 256 },
    ],
    [
      { width: 1001, height: 333 },
      { left: -128, top: 0, width: 385, height: 128 },
    ],
  ])('of %j covers it and is cut around its centre', (picture, wanted) => {
    expect(covering(picture, canvas)).toEqual(wanted);
  });

  it('lies where its margins leave it', () => {
    const extend = { left: 0, top: 0, right: 256, bottom: 0 };
    expect(withMargins({ width: 512, height: 512 }, extend, { width: 192, height: 128 })).toEqual({
      ...{ left: 0, top: 0, width: 128, height: 128 },
    });
    const all = { left: 256, top: 256, right: 256, bottom: 256 };
    expect(withMargins({ width: 512, height: 512 }, all, canvas)).toEqual({ left: 32, top: 32, width: 64, height: 64 });
  });

  it('of another shape than the canvas gets what is left over as margin too', () => {
    const extend = { left: 100, top: 0, right: 0, bottom: 0 };
    const place = withMargins({ width: 100, height: 100 }, extend, { width: 128, height: 96 });
    expect(place).toEqual({ left: 64, top: 16, width: 64, height: 64 });
  });

  it('keeps its pixels where nothing is enlarged, and its edge goes on beyond', async () => {
    const laid = await lay(
      aPicture(32, 32),
      { left: 10, top: 20, width: 32, height: 32 },
      { width: 64, height: 64 },
      'edge',
    );
    expect(at(laid, 10, 20)).toEqual([0, 0, 200]);
    expect(at(laid, 20, 30)).toEqual([40, 40, 200]);
    expect(at(laid, 3, 30)).toEqual([0, 40, 200]);
    expect(at(laid, 63, 63)).toEqual([124, 124, 200]);
    const black = await lay(
      aPicture(32, 32),
      { left: 10, top: 20, width: 32, height: 32 },
      { width: 64, height: 64 },
      'black',
    );
    expect(at(black, 3, 30)).toEqual([0, 0, 0]);
  });

  it('is cut where it reaches beyond', async () => {
    const laid = await lay(
      aPicture(64, 32),
      covering({ width: 64, height: 32 }, { width: 32, height: 32 }),
      { width: 32, height: 32 },
      'edge',
    );
    expect([laid.width, laid.height, laid.data.length]).toEqual([32, 32, 32 * 32 * 3]);
    expect(at(laid, 0, 0)).toEqual([64, 0, 200]);
  });
});

describe('masks', () => {
  const cells = { width: 16, height: 16 };
  const stencil = (white: (x: number, y: number) => boolean): Picture => ({
    ...canvas,
    data: Uint8Array.from({ length: 128 * 128 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return white(pixel % 128, Math.floor(pixel / 128)) ? 255 : 0;
    }),
  });

  it('take the pixel in each cell’s corner, as diffusers’ nearest does', () => {
    const mask = maskOf(
      stencil((x, y) => x >= 61 && y >= 64),
      cells,
      8,
    );
    for (let i = 0; i < 256; i++) expect(mask[i]).toBe(i % 16 >= 8 && i >= 128 ? 1 : 0);
  });

  it('count from the middle grey on as white', () => {
    const grey = (v: number): Picture => ({ ...canvas, data: new Uint8Array(128 * 128 * 3).fill(v) });
    expect(maskOf(grey(127), cells, 8)[0]).toBe(0);
    expect(maskOf(grey(128), cells, 8)[0]).toBe(1);
  });

  it('of margins are whole outside, fall off inside, and leave sides without a margin alone', () => {
    const mask = marginMask({ left: 0, top: 0, width: 64, height: 128 }, cells, 8);
    const row = [...mask.subarray(0, 16)];
    expect(row.slice(8)).toEqual(new Array(8).fill(1));
    expect(row.slice(0, 6)).toEqual(new Array(6).fill(0));
    expect(row[7]).toBeGreaterThan(row[6]!);
    expect(row[6]).toBeGreaterThan(0);
    expect(row[7]).toBeLessThan(1);
    expect([...mask.subarray(240)]).toEqual(row);
  });

  it('of nothing outside are empty', () => {
    expect(Math.max(...marginMask({ left: 0, top: 0, ...canvas }, cells, 8))).toBe(0);
  });

  it('join by whichever paints more', () => {
    expect([...eitherMask(Float32Array.of(0, 0.5, 1), Float32Array.of(0.25, 0, 0))]).toEqual([0.25, 0.5, 1]);
  });

  it('0 and 1 keep and replace to the bit; between them there is a mixture', () => {
    const x = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6);
    const kept = Float32Array.of(-0.7, -0.8, -0.9, -1, -1.1, -1.2);
    const out = composite(Float32Array.of(0, 1, 0.5), x, kept);
    expect([out[0], out[1], out[3], out[4]]).toEqual([kept[0], x[1], kept[3], x[4]]);
    expect(out[2]).toBeCloseTo(-0.3, 6);
  });
});
