import { describe, expect, it } from 'vitest';
import { canny } from '../../../../src/engine/control/hints/canny.ts';
import { hintMakers } from '../../../../src/engine/control/hints/index.ts';
import { lineArt } from '../../../../src/engine/control/hints/line-art.ts';
import { scribble } from '../../../../src/engine/control/hints/scribble.ts';
import { segmentation } from '../../../../src/engine/control/hints/segmentation.ts';
import { silhouette } from '../../../../src/engine/control/hints/silhouette.ts';
import { softEdge } from '../../../../src/engine/control/hints/soft-edge.ts';
import { at, drawn, lit, scene, square, turned } from './a-picture.ts';

const same = (a: { data: Uint8Array }, b: { data: Uint8Array }) => Buffer.from(a.data).equals(b.data);
const plain = drawn(40, 30, () => [70, 130, 180]);

describe.each(Object.entries(hintMakers))('%s', (_, make) => {
  it('keeps the size', () => {
    for (const [width, height] of [
      [64, 48],
      [37, 53],
      [1, 1],
      [2, 9],
    ] as const)
      expect(make(scene(width, height))).toMatchObject({ width, height, data: { length: 3 * width * height } });
  });

  it('answers the same for the same picture, and leaves that alone', () => {
    const picture = scene(64, 48);
    const before = Buffer.from(picture.data);
    const [first, second] = [make(picture), make(picture)];
    expect(same(first, second)).toBe(true);
    expect(before.equals(picture.data)).toBe(true);
  });
});

describe.each([
  ['canny', canny],
  ['scribble', scribble],
  ['softedge', softEdge],
  ['lineart', lineArt],
] as const)('%s', (_, make) => {
  it('draws nothing where there is nothing', () => expect(lit(make(plain))).toEqual([]));

  it('draws what a turned picture shows, turned', () => {
    for (const picture of [square(32, 9, 7, 13), scene(61, 44)])
      expect(same(make(turned(picture)), turned(make(picture)))).toBe(true);
  });

  it('finds an edge between colours of one brightness', () => {
    const picture = drawn(40, 40, (x) => (x < 20 ? [200, 50, 50] : [50, 112, 123]));
    expect(lit(make(picture)).some(([x]) => x >= 16 && x < 24)).toBe(true);
  });
});

describe('canny', () => {
  it.each([
    [32, 9, 7, 13],
    [64, 16, 20, 30],
  ])('of a square in %i pixels is its outline', (size, x, y, side) => {
    const edges = lit(canny(square(size, x, y, side)));
    const from = ([u, v]: readonly [number, number]) =>
      Math.max(Math.abs(u - (x + (side - 1) / 2)), Math.abs(v - (y + (side - 1) / 2)));
    for (const pixel of edges) expect(Math.abs(from(pixel) - (side - 1) / 2)).toBeLessThanOrEqual(1);
    // Every line through the square's inner part meets an edge twice, on either side.
    for (let i = 2; i < side - 2; i++) {
      expect(edges.filter(([, v]) => v === y + i)).toHaveLength(2);
      expect(edges.filter(([u]) => u === x + i)).toHaveLength(2);
    }
  });

  it('is one pixel wide', () => {
    const edges = canny(scene(96, 80));
    const on = (x: number, y: number) => at(edges, x, y)[0] > 0;
    expect(lit(edges).length).toBeGreaterThan(100);
    const blocks = lit(edges).filter(([x, y]) => x < 95 && y < 79 && on(x + 1, y) && on(x, y + 1) && on(x + 1, y + 1));
    expect(blocks).toEqual([]);
  });

  it('follows a weak edge only from a strong one', () => {
    const fading = drawn(64, 64, (x, y) => (x < 32 ? [0, 0, 0] : [80 - y, 80 - y, 80 - y]));
    const weak = drawn(64, 64, (x) => (x < 32 ? [0, 0, 0] : [24, 24, 24]));
    expect(lit(canny(weak, { low: 40, high: 140 }))).toEqual([]);
    const rows = lit(canny(fading, { low: 40, high: 140 })).map(([, y]) => y);
    expect(Math.min(...rows)).toBe(0);
    expect(Math.max(...rows)).toBeGreaterThan(40);
  });
});

describe('scribbles', () => {
  it('are bold: three pixels of a small picture, more of a large one', () => {
    const width = (size: number) => {
      const strokes = scribble(drawn(size, size, (x) => (x < size / 2 ? [30, 30, 30] : [220, 220, 220])));
      return lit(strokes).filter(([, y]) => y === size >> 1).length;
    };
    expect(width(64)).toBe(3);
    expect(width(600)).toBe(5);
  });
});

describe('soft edges', () => {
  it('are brightest at the step and fade from there', () => {
    const step = softEdge(drawn(40, 10, (x) => (x < 20 ? [20, 20, 20] : [220, 220, 220])));
    const row = Array.from({ length: 8 }, (_, i) => at(step, 20 + i, 5)[0]);
    expect(row[0]).toBe(255);
    expect(row).toEqual([...row].sort((a, b) => b - a));
    expect(new Set(row).size).toBeGreaterThan(4);
  });
});

describe('line art', () => {
  it('draws a dark line as one line, and a bright one not at all', () => {
    const line = (ink: number, paper: number) =>
      lineArt(drawn(40, 40, (x) => (x === 20 ? [ink, ink, ink] : [paper, paper, paper])));
    expect(new Set(lit(line(0, 255)).map(([x]) => x))).toEqual(new Set([20]));
    expect(at(line(255, 128), 20, 20)).toEqual([0, 0, 0]);
  });
});

describe('segmentation', () => {
  it('gives every region one colour, and neighbours different ones', () => {
    const flag = drawn(90, 60, (x) => (x < 30 ? [200, 30, 40] : x < 60 ? [240, 240, 235] : [190, 40, 50]));
    const parts = segmentation(flag);
    const colours = [10, 45, 80].map((x) => at(parts, x, 30).join());
    expect(colours[0]).not.toBe(colours[1]);
    expect(colours[2]).not.toBe(colours[1]);
    expect(new Set(Array.from({ length: 25 }, (_, x) => at(parts, x + 2, 20).join())).size).toBe(1);
    expect(new Set(lit(parts).map(([x, y]) => at(parts, x, y).join())).size).toBeLessThanOrEqual(3);
  });

  it('does not see grain', () => {
    const parts = segmentation(drawn(64, 64, (x, y) => [100 + ((x * 7919 + y * 104_729) % 9), 110, 120]));
    expect(new Set(lit(parts).map(([x, y]) => at(parts, x, y).join())).size).toBe(1);
  });

  it('keeps the borders where they were', () => {
    const parts = segmentation(square(64, 20, 16, 30));
    for (const [inside, outside] of [
      [22, 17],
      [47, 52],
    ] as const)
      expect(at(parts, inside, 30)).not.toEqual(at(parts, outside, 30));
  });
});

describe('silhouette', () => {
  it('is white where something stands, to the pixel beside its edge', () => {
    const mask = silhouette(square(64, 20, 16, 30));
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const inside = Math.max(Math.abs(x - 34.5), Math.abs(y - 30.5)) - 15;
        if (Math.abs(inside) > 2) expect(at(mask, x, y)[0]).toBe(inside < 0 ? 255 : 0);
      }
  });

  it('takes a ground that changes slowly for ground, and what is enclosed for part of the subject', () => {
    const ring = drawn(64, 64, (x, y) => {
      const r = Math.hypot(x - 32, y - 32);
      return r > 12 && r < 20 ? [200, 40, 30] : [150 + Math.round(x / 4), 200, 220];
    });
    const mask = silhouette(ring);
    expect([at(mask, 2, 2), at(mask, 61, 60)]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect([at(mask, 32, 32), at(mask, 48, 32)]).toEqual([
      [255, 255, 255],
      [255, 255, 255],
    ]);
  });

  it('sees a subject that touches the border', () => {
    const mask = silhouette(drawn(64, 64, (x, y) => (x > 40 && y > 30 ? [20, 20, 20] : [250, 250, 250])));
    expect([at(mask, 63, 63)[0], at(mask, 50, 50)[0], at(mask, 10, 10)[0]]).toEqual([255, 255, 0]);
  });
});
