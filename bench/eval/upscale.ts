/** Scenes drawn large from sprites, made small, and enlarged again: by the shipped model and by Lanczos. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { AppError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/log.ts';
import type { Picture } from '../../src/core/picture.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { psnr } from '../metrics/psnr.ts';
import { ssim } from '../metrics/ssim.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { openFeatures } from './features.ts';
import { readHeldOut } from './held-out.ts';
import { drawScene } from './scene.ts';
import { openSprites } from './sprites.ts';

const LARGE = 128;

export const evaluateUpscaler: Evaluate = async ({ engine, catalogue, device, installed, say }, { count = 40 }) => {
  const { manifest, ref } = installed;
  if (!isOfKind(manifest, 'upscale')) throw new AppError('internal', `${ref.name} enlarges nothing.`);
  const { factor } = manifest;
  const heldOut = readHeldOut();
  const sprites = await openSprites(heldOut);
  const features = await openFeatures(catalogue, device);
  const log = createLogger('error');
  const scores: Record<string, number[]> = {};
  const shown: Picture[] = [];
  const note = (name: string, value: number) => {
    scores[name] ??= [];
    scores[name].push(value);
  };
  const pictures = heldOut.scenes.slice(0, count).map((scene) => drawScene(heldOut, sprites, scene));
  for (const [i, large] of pictures.entries()) {
    const small = await resized(large, LARGE / factor);
    const png = await encoded(small);
    const { images } = await engine.generate(
      {
        v: 1,
        kind: 'upscale',
        model: ref,
        factor,
        seed: 0,
        source: {
          key: 'small',
          sha256: createHash('sha256').update(png).digest('hex'),
          width: small.width,
          height: small.height,
        },
      },
      { log, signal: new AbortController().signal, onProgress: () => {}, load: async () => png },
    );
    const candidates = { model: images[0]!.picture, Lanczos: await resized(small, LARGE) };
    const wanted = await features.maps(large);
    for (const [name, picture] of Object.entries(candidates)) {
      note(`PSNR ${name}`, psnr(picture, large));
      note(`SSIM ${name}`, ssim(picture, large));
      note(`perceptual ${name}`, features.distance(await features.maps(picture), wanted));
    }
    if (i < 12) shown.push(candidates.Lanczos, candidates.model, large);
    if ((i + 1) % 10 === 0) say(`${i + 1} of ${pictures.length} pictures`);
  }
  await features.release();
  const mean = (name: string) => scores[name]!.reduce((a, b) => a + b, 0) / scores[name]!.length;
  const figure = (name: string, unit: Figure['unit']): Figure => ({
    name,
    value: mean(`${name} model`),
    beside: { Lanczos: mean(`${name} Lanczos`) },
    unit,
    n: pictures.length,
  });
  return {
    figures: [figure('PSNR', 'dB'), figure('SSIM', ''), figure('perceptual', '')],
    conditions: `${pictures.length} scenes of the sticker model's held-out captions, ${LARGE / factor} → ${LARGE} px, made small by sharp's Lanczos`,
    sheet: { pictures: shown, columns: 9 },
  };
};

const raw = ({ data, width, height }: Picture) => sharp(Buffer.from(data), { raw: { width, height, channels: 3 } });
const encoded = (picture: Picture): Promise<Uint8Array> => raw(picture).png().toBuffer();

async function resized(picture: Picture, side: number): Promise<Picture> {
  const data = await raw(picture).resize(side, side, { kernel: 'lanczos3' }).removeAlpha().raw().toBuffer();
  return { width: side, height: side, data: new Uint8Array(data) };
}
