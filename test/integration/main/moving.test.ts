/** A picture that moves, through everything that an order goes through: handed in, planned, queued, painted, judged, marked, recorded, shown. */
import { join } from 'node:path';
import pino from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createPresent } from '../../../src/bots/present.ts';
import { loadConfig } from '../../../src/core/config.ts';
import type { Picture } from '../../../src/core/picture.ts';
import { Request } from '../../../src/core/request.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { createEngine } from '../../../src/engine/client.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { openWordLists } from '../../../src/engine/planning/word-lists.ts';
import { brushesOf } from '../../../src/engine/style/brushes.ts';
import type { Queue } from '../../../src/queue/queue.ts';
import { createSafety } from '../../../src/safety/safety.ts';
import { anOrder, aSender, recordingCourier } from '../../unit/queue/memory.ts';
import { openScene, type Scene } from '../queue/scene.ts';

const MODELS_DIR = join(import.meta.dirname, '../../../models');
const log = pino({ level: 'silent' });
const [WIDTH, HEIGHT, FRAMES, DELAY] = [512, 384, 6, 80]; // a mark needs some room

let scene: Scene;
let engine: Awaited<ReturnType<typeof createEngine>>;
let safety: ReturnType<typeof createSafety>;
let queue: Queue;
const shown = recordingCourier();
const strengths: string[] = [];
beforeAll(async () => {
  const config = loadConfig({ MODELS_DIR });
  const catalogue = await openCatalogue({ MODELS_DIR, log });
  [scene, engine] = await Promise.all([openScene('postgres'), createEngine({ config, log })]);
  safety = createSafety({ classify: engine.classify, key: new Uint8Array(32).fill(7), keyId: 'k1', log });
  const mark: typeof safety.mark = async (picture, code) => {
    const marked = await safety.mark(picture, code);
    strengths.push(marked.strength);
    return marked;
  };
  queue = await scene.open({
    safety: { ...safety, mark },
    plan: createPlanner({ catalogue, config, wordLists: openWordLists(MODELS_DIR) }),
    brushes: () => brushesOf(catalogue),
  });
  queue.startDeliveries({ couriers: shown.couriers, present: createPresent(queue.studio) });
  queue.startWorker({ generate: engine.generate, concurrency: 1 });
});
afterAll(async () => {
  await scene?.close();
  await engine?.close();
});

/** A disc that goes from left to right over rough ground, as a GIF: all that does not move is the same in every frame. */
async function aFilm(): Promise<Uint8Array> {
  const frames = Array.from({ length: FRAMES }, (_, frame) => {
    const middle = 80 + (frame * (WIDTH - 160)) / (FRAMES - 1);
    return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
      if (Math.hypot(x - middle, y - 100) < 64) return [220, 60, 40][i % 3]!;
      return 60 + 3 * Math.floor(x / 12) + rough(x >> 1, y >> 1);
    });
  });
  const raw = { width: WIDTH, height: HEIGHT * FRAMES, pageHeight: HEIGHT, channels: 3 } as const;
  return sharp(Buffer.concat(frames), { raw })
    .gif({ delay: Array(FRAMES).fill(DELAY), loop: 0 })
    .toBuffer();
}

/** The same grain in every frame: on plain ground a mark has nowhere to hide. */
const rough = (x: number, y: number): number => {
  const sine = Math.sin(x * 12.9898 + y * 78.233) * 43758.5453;
  return Math.round(50 * (sine - Math.floor(sine)));
};

async function framesOf(bytes: Uint8Array): Promise<Picture[]> {
  const { data } = await sharp(bytes, { animated: true }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const size = data.length / FRAMES;
  return Array.from({ length: FRAMES }, (_, i) => ({
    ...{ width: WIDTH, height: HEIGHT },
    data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)),
  }));
}

/** Mean difference in grey levels between rows of two pictures. */
function apart(a: Picture, b: Picture, from: number, to: number): number {
  let sum = 0;
  for (let i = from * WIDTH * 3; i < to * WIDTH * 3; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / ((to - from) * WIDTH * 3);
}

it('a GIF of six frames becomes a painted film of six, marked and recorded as one picture', async () => {
  const source = await queue.studio.handIn(aSender(), await aFilm());
  expect(source).toMatchObject({ width: WIDTH, height: HEIGHT, frames: FRAMES });
  const order = anOrder({ request: Request.parse({ kind: 'stylize', source, brush: 'mosaic', strength: 0.5 }) });
  const { generationId } = (await queue.studio.submit(order, async () => order.address))!;
  const reply = await vi.waitFor(
    () => {
      const delivered = shown.seen.find(
        ({ what, reply }) => what.startsWith('deliver') && reply?.generationId === generationId,
      );
      expect(delivered).toBeDefined();
      return delivered!.reply!;
    },
    { timeout: 90_000, interval: 50 },
  );
  expect(reply).toMatchObject({ state: 'done', headline: expect.stringMatching(/^Painted with Mosaic/) });
  expect(reply.images).toMatchObject([{ mime: 'image/webp', name: expect.stringMatching(/\.webp$/), width: WIDTH }]);

  const { images, status } = await queue.studio.find(generationId);
  const [image] = images;
  expect([status, images.length]).toEqual(['done', 1]);
  expect(image).toMatchObject({ mime: 'image/webp', width: WIDTH, height: HEIGHT, hidden: false });
  const bytes = await queue.studio.read(image!.key);
  expect(bytes).toHaveLength(image!.bytes);
  const about = await sharp(bytes).metadata();
  expect(about).toMatchObject({ format: 'webp', pages: FRAMES, delay: Array(FRAMES).fill(DELAY), loop: 0 });
  expect(about.xmp?.toString()).toMatch(/trainedAlgorithmicMedia[\s\S]*manner of Mosaic/);

  const [before, after] = [await framesOf(await queue.studio.read(source.key)), await framesOf(bytes)];
  for (const [i, frame] of after.entries()) {
    expect(apart(frame, before[i]!, 0, HEIGHT)).toBeGreaterThan(4); // painted
    if (i > 0) {
      expect(apart(frame, after[i - 1]!, 36, 164)).toBeGreaterThan(5); // what moves, moves
      const painted = apart(frame, before[i]!, 280, HEIGHT);
      expect(apart(frame, after[0]!, 280, HEIGHT)).toBeLessThan(painted / 3); // what stands still hardly flickers
    }
  }
  expect(new Set(strengths)).toEqual(new Set(['normal']));
  const codes = await Promise.all(after.map((frame) => safety.readMark(frame)));
  expect(new Set(codes.map((mark) => mark?.code)).size).toBe(1);
  expect(codes[0]?.keyId).toBe('k1');
  expect((await scene.store.records.findByWatermark(codes[0]!.code))?.key).toBe(image!.key);
});
