/** AdaIN between two networks that lose nothing: a cell's channels are its sixteen pixels. */
import { expect, it } from 'vitest';
import { mulberry32 } from '../../../../src/core/mulberry32.ts';
import type { Picture } from '../../../../src/core/picture.ts';
import { createRooms } from '../../../../src/engine/rooms.ts';
import { type Affine, affineOf, changedByShares } from '../../../../src/engine/style/adain.ts';
import type { AnyStyle } from '../../../../src/engine/style/any-style.ts';
import { around, blocksOf } from '../../../../src/engine/style/blocks.ts';
import { gatherMoments, mixMoments } from '../../../../src/engine/style/moments.ts';
import { cut, type Planes, pictureOf, planesOf } from '../../../../src/engine/style/planes.ts';
import { regionsOf } from '../../../../src/engine/style/region.ts';
import { restyle, styleOf } from '../../../../src/engine/style/restyle.ts';

const SIDE = 4;
const CHANNELS = 3 * SIDE * SIDE;
const RANGE = [-1, 1] as const;

/** Where pixel (x, y) of plane c lies among the maps. */
const place = (c: number, x: number, y: number, cells: { width: number; height: number }) =>
  (c * SIDE * SIDE + (y % SIDE) * SIDE + (x % SIDE)) * cells.width * cells.height +
  Math.floor(y / SIDE) * cells.width +
  Math.floor(x / SIDE);

function rearranged(planes: Planes, to: 'maps' | 'picture'): Planes {
  const scale = to === 'maps' ? 1 / SIDE : SIDE;
  const out = {
    width: planes.width * scale,
    height: planes.height * scale,
    data: new Float32Array(planes.data.length),
  };
  const [picture, cells] = to === 'maps' ? [planes, out] : [out, planes];
  for (let c = 0, i = 0; c < 3; c++)
    for (let y = 0; y < picture.height; y++)
      for (let x = 0; x < picture.width; x++, i++)
        if (to === 'maps') out.data[place(c, x, y, cells)] = planes.data[i]!;
        else out.data[i] = planes.data[place(c, x, y, cells)]!;
  return out;
}

function changed(maps: Planes, { gain, shift }: Affine): Planes {
  const cells = maps.width * maps.height;
  const channel = (i: number) => Math.floor(i / cells);
  return { ...maps, data: maps.data.map((v, i) => gain[channel(i)]! * v + shift[channel(i)]!) };
}

const seen: string[] = [];
const net: AnyStyle = {
  about: { channels: CHANNELS, multipleOf: SIDE, epsilon: 1e-5, reach: { encoder: 1, decoder: 2 } },
  encode: async (picture) => {
    seen.push(`${picture.width}x${picture.height}`);
    return rearranged(planesOf(picture, RANGE), 'maps');
  },
  decode: async (maps, change) => pictureOf(rearranged(changed(maps, change), 'picture'), RANGE),
  rooms: createRooms(),
  release: async () => {},
};
const deps = { net, clock: { runMs: 0 }, signal: new AbortController().signal };

function aPicture(width: number, height: number, seed: number, [low, high] = [60, 190]): Picture {
  const random = mulberry32(seed);
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => low! + random() * (high! - low!)),
  };
}
const everywhere = ({ width, height }: Picture) => regionsOf([{ weight: 1 }], width * height);
const worst = (a: Picture, b: Picture) => a.data.reduce((most, v, i) => Math.max(most, Math.abs(v - b.data[i]!)), 0);

it('what comes out has the mean and the deviation of the style, channel by channel', () => {
  const [channels, cells] = [6, 500];
  const random = mulberry32(3);
  const maps = (spread: number) =>
    Float32Array.from({ length: channels * cells }, (_, i) => (random() - 0.3) * spread * (1 + Math.floor(i / cells)));
  const momentsOf = (maps: Float32Array) => {
    const gathering = gatherMoments(channels);
    gathering.add(maps);
    return gathering.finish(1e-5);
  };
  const [content, style] = [maps(2), momentsOf(maps(7))];
  const exchanged = (strength: number) =>
    changed({ width: cells, height: 1, data: content }, affineOf({ content: momentsOf(content), style }, strength))
      .data;
  const [full, half] = [momentsOf(exchanged(1)), momentsOf(exchanged(0.5))];
  for (let c = 0; c < channels; c++) {
    expect(full.mean[c]).toBeCloseTo(style.mean[c]!, 3);
    expect(full.deviation[c]! / style.deviation[c]!).toBeCloseTo(1, 4);
    expect(half.mean[c]).toBeCloseTo((style.mean[c]! + momentsOf(content).mean[c]!) / 2, 3);
  }
  expect(exchanged(0)).toEqual(content);
});

it('a part of the maps is changed as it is in all of them, also where several regions meet', () => {
  const [size, part] = [
    { width: 5, height: 4 },
    { x: 1, y: 2, width: 3, height: 2 },
  ];
  const random = mulberry32(5);
  const some = (length: number) => Float32Array.from({ length }, random);
  const maps = { ...size, data: some(2 * 20) };
  const within = (data: Float32Array<ArrayBuffer>) => cut({ ...size, data }, part).data;
  for (const regions of [1, 2]) {
    const all = Array.from({ length: regions }, () => ({ gain: some(2), shift: some(2), share: some(20) }));
    const whole = changedByShares(maps, { x: 0, y: 0, ...size }, all, new Float32Array(2 * 20));
    const parts = all.map(({ share, ...rest }) => ({ ...rest, share: within(share) }));
    const room = new Float32Array(2 * 6);
    expect(changedByShares(maps, part, parts, room)).toEqual({ width: 3, height: 2, data: cut(whole, part).data });
  }
});

it('a region that is everywhere changes maps as its gain and shift do, and one that is nowhere does not', () => {
  const random = mulberry32(6);
  const some = (length: number) => Float32Array.from({ length }, random);
  const maps = { width: 5, height: 4, data: some(2 * 20) };
  const change = { gain: some(2), shift: some(2) };
  const by = (share: number) => {
    const region = { ...change, share: new Float32Array(20).fill(share) };
    return changedByShares(maps, { x: 0, y: 0, width: 5, height: 4 }, [region], new Float32Array(40)).data;
  };
  expect(by(0)).toEqual(maps.data);
  for (const [i, v] of changed(maps, change).data.entries()) expect(by(1)[i]).toBeCloseTo(v, 5);
});

it('moments gathered in parts are those of the whole; shares count cells for less', () => {
  const maps = Float32Array.of(1, 2, 3, 9, 5, 5, 5, 0);
  const parts = gatherMoments(2);
  parts.add(Float32Array.of(1, 2, 5, 5));
  parts.add(Float32Array.of(3, 9, 5, 0), Float32Array.of(1, 0));
  const whole = gatherMoments(2);
  whole.add(maps, Float32Array.of(1, 1, 1, 0));
  expect(parts.finish(0)).toEqual(whole.finish(0));
  expect(whole.finish(0).mean).toEqual(Float64Array.of(2, 5));
  expect(whole.finish(0).deviation[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
});

it('styles mix by weight; one alone is itself', () => {
  const one = { mean: Float64Array.of(1), deviation: Float64Array.of(2) };
  const other = { mean: Float64Array.of(5), deviation: Float64Array.of(4) };
  expect(mixMoments([one, other], [0.75, 0.25])).toEqual({ mean: Float64Array.of(2), deviation: Float64Array.of(2.5) });
  expect(mixMoments([one, other], [0, 1])).toEqual(other);
});

it.each([
  [37, 22],
  [64, 64],
  [5, 90],
  [300, 1],
])('blocks of a %i × %i picture lie side by side, none too large, and reach no farther than it', (width, height) => {
  const hits = new Uint8Array(width * height);
  for (const block of blocksOf({ width, height }, 200)) {
    expect(block.width * block.height).toBeLessThanOrEqual(200);
    for (let y = block.y; y < block.y + block.height; y++)
      for (let x = block.x; x < block.x + block.width; x++) hits[y * width + x]!++;
    const more = around(block, 3, { width, height });
    expect(more.x).toBe(Math.max(0, block.x - 3));
    expect(more.x + more.width).toBe(Math.min(width, block.x + block.width + 3));
    expect(more.y + more.height).toBe(Math.min(height, block.y + block.height + 3));
  }
  expect(new Set(hits)).toEqual(new Set([1]));
});

it('a picture is cut where the cuts are shortest, and rather along its rows than through them', () => {
  const sizes = (width: number, height: number) =>
    blocksOf({ width, height }, 100).map((block) => [block.width, block.height]);
  expect(sizes(10, 10)).toEqual([[10, 10]]);
  expect(sizes(8, 24)).toEqual([
    [8, 12],
    [8, 12],
  ]);
  expect(sizes(16, 16)).toEqual([
    [16, 5],
    [16, 6],
    [16, 5],
  ]);
  expect(new Set(sizes(40, 40).map(String))).toEqual(new Set(['10,10']));
});

it.each([
  ['whole', {}],
  ['in blocks, maps kept', { block: 16 }],
  ['in blocks, maps made again', { block: 16, keep: 0 }],
])('a picture in its own style is itself, whatever its size: %s', async (_, how) => {
  const content = aPicture(45, 30, 1);
  const styles = [await styleOf(deps, [content])];
  const [painted] = await restyle(deps, {
    ...{ frames: [content], styles, regions: everywhere(content), strength: 1 },
    ...how,
  });
  expect(worst(painted!, content)).toBeLessThanOrEqual(1);
});

it('in blocks the picture is what it is in one piece', async () => {
  const content = aPicture(50, 41, 1);
  const given = {
    ...{ frames: [content], styles: [await styleOf(deps, [aPicture(32, 32, 2, [0, 90])])] },
    ...{ regions: everywhere(content), strength: 1 },
  };
  const [whole] = await restyle(deps, given);
  for (const keep of [0, 2 ** 30]) {
    const steps: number[] = [];
    const onBlock = (done: number, total: number) => steps.push(done / total);
    const [inBlocks] = await restyle({ ...deps, onBlock }, { ...given, block: 16, keep });
    expect(worst(inBlocks!, whole!)).toBe(0);
    expect(steps).toHaveLength(24);
    expect(steps.at(-1)).toBe(1);
  }
  expect(worst(whole!, content)).toBeGreaterThan(20);
});

it('maps that would take too much memory are made block by block, none larger than a block and what is around', async () => {
  const content = aPicture(80, 80, 1);
  const styles = [await styleOf(deps, [content])];
  seen.length = 0;
  await restyle(deps, {
    ...{ frames: [content], styles, regions: everywhere(content), strength: 1 },
    block: 16,
    keep: 0,
  });
  const most = 16 + 2 * (1 + 2) * SIDE;
  for (const size of seen) for (const side of size.split('x')) expect(Number(side)).toBeLessThanOrEqual(most);
});

it('each region takes its own style, and what is in none stays', async () => {
  const content = aPicture(48, 16, 1);
  const at = (from: number, to: number) =>
    Float32Array.from({ length: 48 * 16 }, (_, i) => (i % 48 >= from && i % 48 < to ? 1 : 0));
  const dark = await styleOf(deps, [aPicture(16, 16, 2, [0, 20])]);
  const light = await styleOf(deps, [aPicture(16, 16, 3, [235, 255])]);
  const regions = regionsOf(
    [
      { weight: 0.5, mask: at(0, 16) },
      { weight: 0.5, mask: at(16, 32) },
    ],
    48 * 16,
  );
  const [painted] = await restyle(deps, { frames: [content], styles: [dark, light], regions, strength: 1 });
  for (const [i, v] of painted!.data.entries()) {
    const x = Math.floor(i / 3) % 48;
    if (x < 16) expect(v).toBeLessThan(40);
    else if (x < 32) expect(v).toBeGreaterThan(215);
    else expect(Math.abs(v - content.data[i]!)).toBeLessThanOrEqual(1);
  }
});

it('what does not move in a film does not flicker', async () => {
  const still = aPicture(32, 16, 1);
  const moving = (seed: number): Picture => {
    const data = still.data.slice();
    for (let i = 0; i < data.length; i++) if (Math.floor(i / 3) % 32 >= 16) data[i] = 60 + ((i * seed * 37) % 130);
    return { ...still, data };
  };
  const frames = [moving(1), moving(5), moving(9)];
  const styles = [await styleOf(deps, [aPicture(16, 16, 2, [0, 90])])];
  const painted = await restyle(deps, { frames, styles, regions: everywhere(still), strength: 1 });
  const left = ({ data }: Picture) => data.filter((_, i) => Math.floor(i / 3) % 32 < 16);
  for (const frame of painted) expect(left(frame)).toEqual(left(painted[0]!));
  expect(painted[1]!.data).not.toEqual(painted[0]!.data);
});

it('stops between two blocks when someone cancels', async () => {
  const control = new AbortController();
  const content = aPicture(50, 41, 1);
  const styles = [await styleOf(deps, [content])];
  let blocks = 0;
  const onBlock = () => ++blocks === 2 && control.abort();
  const run = restyle(
    { ...deps, signal: control.signal, onBlock },
    { ...{ frames: [content], styles, regions: everywhere(content), strength: 1 }, block: 16 },
  );
  await expect(run).rejects.toThrow('abort');
  expect(blocks).toBe(2);
});
