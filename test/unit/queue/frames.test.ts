import { expect, it, vi } from 'vitest';
import type { Made, Picture } from '../../../src/core/picture.ts';
import type { Manner } from '../../../src/core/safety.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { develop } from '../../../src/queue/development.ts';
import { judgeFrames, markFrames, pixelSha256 } from '../../../src/queue/frames.ts';
import { aGeneration } from '../../fixtures.ts';
import { allow, allowing, aPicture } from './memory.ts';

const film = (frames: readonly Picture[]): Made => ({
  picture: frames[0]!,
  seed: 0,
  animation: { frames, delaysMs: frames.map(() => 50) },
});
const shades = (count: number) => Array.from({ length: count }, (_, i) => aPicture(i % 256));
/** Says of a picture of that shade what it is told. */
const judging = (says: Record<number, Partial<Verdict>>) => ({
  judgePicture: vi.fn(async ({ data }: Picture): Promise<Verdict> => ({ ...allow('picture'), ...says[data[0]!] })),
});

it('the worst frame speaks for all of them', async () => {
  const safety = judging({ 3: { decision: 'hide', rule: 'one' }, 5: { decision: 'review', rule: 'two' } });
  expect(await judgeFrames(safety, film(shades(9)))).toMatchObject({ decision: 'review', rule: 'two' });
  expect(safety.judgePicture).toHaveBeenCalledTimes(9);
});

it('nobody looks further once a frame is refused', async () => {
  const safety = judging({ 2: { decision: 'refuse' } });
  expect(await judgeFrames(safety, film(shades(9)))).toMatchObject({ decision: 'refuse' });
  expect(safety.judgePicture).toHaveBeenCalledTimes(3);
});

it('of a long film sixty frames are looked at, the first and the last among them', async () => {
  const safety = judging({});
  await judgeFrames(safety, film(shades(250)));
  const seen = safety.judgePicture.mock.calls.map(([{ data }]) => data[0]!);
  expect([seen.length, seen[0], seen.at(-1)]).toEqual([60, 0, 249]);
  expect(Math.max(...seen.slice(1).map((shade, i) => shade - seen[i]!))).toBeLessThanOrEqual(5);
});

it('every frame is marked with one code, a frame that comes again only once, and the weakest counts', async () => {
  const there = shades(4);
  const mark = vi.fn(async (picture: Picture, code: bigint) => ({
    picture: { ...picture, data: picture.data.map((v) => v + Number(code)) },
    keyId: 'k',
    strength: picture.data[0] === 2 ? ('weak' as const) : ('normal' as const),
  }));
  const { shown, ...rest } = await markFrames({ mark }, film([...there, ...there.slice(1, -1).reverse()]), 7n);
  expect(rest).toEqual({ keyId: 'k', strength: 'weak' });
  expect('frames' in shown && shown.frames.map(({ data }) => data[0])).toEqual([7, 8, 9, 10, 9, 8]);
  expect(mark).toHaveBeenCalledTimes(4);
});

it('each frame is marked like the one before it', async () => {
  const mark = vi.fn(async (picture: Picture, _code: bigint, like?: Manner) => ({
    ...{ picture, keyId: 'k', strength: 'normal' as const },
    manner: { strength: picture.data[0] === 1 ? ('weak' as const) : (like?.strength ?? 'normal') },
  }));
  await markFrames({ mark }, film(shades(3)), 7n);
  expect(mark.mock.calls.map(([, , like]) => like?.strength)).toEqual([undefined, 'normal', 'weak']);
});

it('the hash of a film tells a change in any frame', () => {
  const frames = shades(3);
  const changed = frames.map((frame, i) => (i === 2 ? aPicture(9) : frame));
  expect(pixelSha256(film(frames))).not.toBe(pixelSha256(film(changed)));
  expect(pixelSha256(film([frames[0]!]))).toBe(pixelSha256({ picture: frames[0]!, seed: 0 }));
});

it('a film becomes one image that moves, judged as a whole, with the hash of all of it', async () => {
  const made = film(shades(3));
  const kept: string[] = [];
  const objects = { put: async (_: Uint8Array, mime: string) => ({ key: mime, sha256: 'f'.repeat(64) }) };
  const safety = { ...allowing, ...judging({ 2: { decision: 'hide' } }) };
  const order = { generation: aGeneration(), made: [made], altText: async () => 'x' };
  const developed = await develop({ safety, objects }, order, new AbortController().signal, (key) => kept.push(key));
  expect('images' in developed && developed.images).toMatchObject([
    { mime: 'image/webp', width: 8, height: 8, hidden: true, pixelSha256: pixelSha256(made) },
  ]);
  expect(kept).toEqual(['image/webp']);
  const refusing = { ...allowing, ...judging({ 1: { decision: 'refuse' } }) };
  const refused = await develop({ safety: refusing, objects }, order, new AbortController().signal, () => {});
  expect('refused' in refused && refused.refused.at(-1)).toMatchObject({ decision: 'refuse' });
});

it('pictures are told of as they become ready, half when judged and whole when stored', async () => {
  const told: number[] = [];
  const objects = { put: async () => ({ key: 'k', sha256: 'f'.repeat(64) }) };
  const made = shades(4).map((picture, seed) => ({ picture, seed }));
  const onProgress = (done: number, total: number) => void told.push(done / total);
  const order = { generation: aGeneration(), made, altText: async () => 'x', onProgress };
  await develop({ safety: { ...allowing, ...judging({}) }, objects }, order, new AbortController().signal, () => {});
  expect(told).toEqual([0, 0.25, 0.5, 0.75, 1]);
});
