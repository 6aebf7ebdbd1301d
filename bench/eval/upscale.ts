/** Scenes drawn large from sprites, made small, and enlarged again: by the shipped model, by Lanczos, by another network. */
import { loadavg } from 'node:os';
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import type { Device } from '../../src/engine/device.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { openNetwork } from '../../src/engine/network.ts';
import { toPicture, toPlanes } from '../../src/engine/pixels.ts';
import { psnr } from '../metrics/psnr.ts';
import { ssim } from '../metrics/ssim.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { openFeatures } from './features.ts';
import { readHeldOut } from './held-out.ts';
import { createMaker, held, mean, resized } from './making.ts';
import { drawScene } from './scene.ts';
import { openSprites } from './sprites.ts';

const LARGE = 128;
const TIMED = { from: 128, times: 5 };
const MEASURES = { PSNR: 'dB', SSIM: '', perceptual: '' } as const;

type Enlarge = (small: Picture) => Promise<Picture>;

export const evaluateUpscaler: Evaluate = async (deps, { count = 40, beside = [] }) => {
  const { engine, catalogue, device, installed, say } = deps;
  const { manifest, ref } = installed;
  if (!isOfKind(manifest, 'upscale')) throw new AppError('internal', `${ref.name} enlarges nothing.`);
  const make = createMaker(engine);
  const by =
    (factor: number): Enlarge =>
    async (small) => {
      const source = await held(small);
      const recipe: RecipeOf<'upscale'> = { v: 1, kind: 'upscale', model: ref, factor, seed: 0, source: source.stored };
      return (await make(recipe, [source]))[0]!;
    };
  const heldOut = readHeldOut();
  const sprites = await openSprites(heldOut);
  const features = await openFeatures(catalogue, device);
  const pictures = heldOut.scenes.slice(0, count).map((scene) => drawScene(heldOut, sprites, scene));
  const others = await Promise.all(beside.map((path) => openOther(device, path)));
  const shown: Picture[] = [];
  const figures: Figure[] = [];
  for (const factor of manifest.factor === 4 ? [4, 2] : [manifest.factor]) {
    const enlargers: Record<string, Enlarge> = {
      model: by(factor),
      Lanczos: (small) => resized(small, LARGE),
      ...Object.fromEntries(others.filter((o) => o.factor === factor).map(({ name, enlarge }) => [name, enlarge])),
    };
    const scores = new Map<string, number[]>();
    for (const [i, large] of pictures.entries()) {
      const small = await resized(large, LARGE / factor);
      const wanted = await features.maps(large);
      for (const [name, enlarge] of Object.entries(enlargers)) {
        const picture = await enlarge(small);
        const values = {
          PSNR: psnr(picture, large),
          SSIM: ssim(picture, large),
          perceptual: features.distance(await features.maps(picture), wanted),
        };
        for (const [measure, value] of Object.entries(values)) {
          const key = `${measure} ${name}`;
          scores.set(key, [...(scores.get(key) ?? []), value]);
        }
        if (factor === manifest.factor && i < 8) shown.push(picture);
      }
      if (factor === manifest.factor && i < 8) shown.push(large);
    }
    say(`× ${factor}: ${pictures.length} pictures`);
    for (const [measure, unit] of Object.entries(MEASURES)) {
      const [own, ...rest] = Object.keys(enlargers).map(
        (name) => [name, mean(scores.get(`${measure} ${name}`)!)] as const,
      );
      figures.push({
        name: `× ${factor}: ${measure}`,
        value: own![1],
        beside: Object.fromEntries(rest),
        unit,
        n: pictures.length,
      });
    }
  }
  await Promise.all([features, ...others].map(({ release }) => release()));
  const plain = await resized(pictures[0]!, TIMED.from);
  const times: number[] = [];
  for (let i = 0; i <= TIMED.times; i++) {
    const begun = performance.now();
    await by(manifest.factor)(plain);
    if (i > 0) times.push(performance.now() - begun);
  }
  figures.push({
    name: `time for ${TIMED.from} → ${TIMED.from * manifest.factor} px, best of ${TIMED.times}`,
    value: Math.min(...times),
    beside: { worst: Math.max(...times) },
    unit: 'ms',
    n: TIMED.times,
  });
  return {
    figures,
    conditions: `${pictures.length} scenes of the sticker model's held-out captions, made small by sharp's Lanczos, enlarged to ${LARGE} px; × 2 is the × 4 network, averaged down; other networks are given the border repeated all around; timed with ${device.threads} threads at a load of ${loadavg()[0]!.toFixed(1)}`,
    sheet: { pictures: shown, columns: shown.length / 4 },
  };
};

/** A graph NCHW, RGB 0–255, whose file name ends in its factor: models/recipes/upscale/convert_esrgan.py. */
async function openOther(device: Device, path: string) {
  const factor = Number(/x(\d)\.onnx$/.exec(path)?.[1]);
  const name = path
    .split('/')
    .at(-1)!
    .replace(/-x\d\.onnx$/, '');
  const network = await openNetwork(device, path);
  const enlarge: Enlarge = async (small) => {
    const { width, height } = framed(small);
    const data = toPlanes(framed(small), 0, 0, width, height, [0, 255]);
    const { enlarged } = await network.run({ image: { data, dims: [1, 3, height, width] } }, { runMs: 0 });
    const large = toPicture(enlarged!, width * factor, height * factor, [0, 255]);
    return cut(large, FRAME * factor, small.width * factor, small.height * factor);
  };
  return { name, factor, enlarge, release: network.release };
}

/** Its border repeated all around: some networks draw frames where a picture ends, which is not what is compared. */
const FRAME = 16;
function framed(picture: Picture): Picture {
  const within = (v: number, size: number) => Math.min(size - 1, Math.max(0, v - FRAME));
  const [width, height] = [picture.width + 2 * FRAME, picture.height + 2 * FRAME];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        data[(y * width + x) * 3 + c] =
          picture.data[(within(y, picture.height) * picture.width + within(x, picture.width)) * 3 + c]!;
  return { width, height, data };
}

function cut({ width: from, data }: Picture, at: number, width: number, height: number): Picture {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    out.set(data.subarray(((y + at) * from + at) * 3, ((y + at) * from + at + width) * 3), y * width * 3);
  return { width, height, data: out };
}
