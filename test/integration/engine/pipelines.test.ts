/** Laws of the pipelines that begin with a picture or go on from one, on the built-in model. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import type { RecipeOf, StoredPicture } from '../../../src/core/recipe.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { type Device, openDevice } from '../../../src/engine/device.ts';
import { createVae, type Vae } from '../../../src/engine/diffusion/vae.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { openNetwork } from '../../../src/engine/network.ts';
import { pixelSha256, toPlanes } from '../../../src/engine/pixels.ts';
import { aContext, anEngine, aRecipe, DEFAULT_MODEL, hashes, log, MODELS_DIR } from './an-engine.ts';

type Over = Partial<RecipeOf<'imagine'>>;
const SIDE = 128;
const SHAPE = { channels: 8, height: SIDE / 8, width: SIDE / 8 };
const clock = { runMs: 0 };
const files = new Map<string, Uint8Array>();
const load = async (key: string) => files.get(key) ?? Promise.reject(new Error(`no ${key}`));

let device: Device;
let engine: Engine;
let vae: Vae;
let release: () => Promise<unknown>;
let apples: Picture;
let stored: StoredPicture;
beforeAll(async () => {
  device = await openDevice({ log }, 'cpu', 2);
  engine = createLocalEngine({ catalogue: await openCatalogue({ MODELS_DIR }), device, log });
  const open = (part: string) => openNetwork(device, join(MODELS_DIR, DEFAULT_MODEL, part, 'model.onnx'));
  const [decoder, encoder] = [await open('vae_decoder'), await open('vae_encoder')];
  vae = openVae({});
  release = () => Promise.all([decoder.release(), encoder.release(), engine.close()]);
  function openVae(options: Parameters<typeof createVae>[3]) {
    return createVae(decoder, { scaling_factor: 1, block_out_channels: [1, 1, 1, 1] }, async () => encoder, options);
  }
  tiledVae = openVae({ most: 1, tiling: { size: 12, overlap: 8, margin: 3 } });
  apples = (await make({ steps: 8 }))[0]!;
  stored = await keep(apples);
});
afterAll(() => release());
let tiledVae: Vae;

const make = async (over: Over, by: Pick<Engine, 'generate'> = engine): Promise<Picture[]> =>
  (await by.generate(await aRecipe(over), aContext({ load }))).images.map(({ picture }) => picture);
const one = async (over: Over) => (await make(over))[0]!;

async function keep({ width, height, data }: Picture): Promise<StoredPicture> {
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  files.set(sha256, bytes);
  return { key: sha256, sha256, width, height };
}
/** White where `painted` says so. */
const aMask = (painted: (x: number, y: number) => boolean): Promise<StoredPicture> => {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) if (painted(i % SIDE, Math.floor(i / SIDE))) data.fill(255, i * 3, i * 3 + 3);
  return keep({ width: SIDE, height: SIDE, data });
};
const roundTrip = async (picture: Picture, by = vae) =>
  vae.decode(await by.encode(toPlanes(picture, 0, 0, SIDE, SIDE, [-1, 1]), SHAPE, clock), SHAPE, clock);
const apart = (a: Picture, b: Picture, from = 0, to = SIDE) => {
  let [sum, most, n] = [0, 0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const x = Math.floor(i / 3) % a.width;
    if (x < from || x >= to) continue;
    const difference = Math.abs(a.data[i]! - b.data[i]!);
    [sum, most, n] = [sum + difference, Math.max(most, difference), n + 1];
  }
  return { mean: sum / n, most };
};

describe('the autoencoder', () => {
  it('gives a picture back up to its own error', async () => {
    const { mean } = apart(await roundTrip(apples), apples);
    expect(mean).toBeLessThan(3); // 1.2 on this picture; other pictures of the model's kind 1 to 2.5
  });

  it('in tiles is what it is in one piece: to rounding, for its networks see no farther than the margins', async () => {
    const planes = toPlanes(apples, 0, 0, SIDE, SIDE, [-1, 1]);
    const [whole, tiled] = [await vae.encode(planes, SHAPE, clock), await tiledVae.encode(planes, SHAPE, clock)];
    const error = whole.reduce((most, v, i) => Math.max(most, Math.abs(v - tiled[i]!)), 0);
    expect(error).toBeLessThan(0.02); // with margins of 6 and more: 3e-7
    const pictures = [await vae.decode(whole, SHAPE, clock), await tiledVae.decode(whole, SHAPE, clock)] as const;
    expect(apart(...pictures).most).toBeLessThanOrEqual(2);
  });
});

describe('image → image', () => {
  it('at strength 0 is the autoencoder’s round trip', async () => {
    const kept = await one({ init: { picture: stored, strength: 0 } });
    expect(pixelSha256(kept)).toBe(pixelSha256(await roundTrip(apples)));
  });

  it('forgets more the stronger it is, and words decide the rest', async () => {
    const over = { steps: 8, prompt: 'a green pear', seed: 3 };
    const distances: number[] = [];
    for (const strength of [0.25, 0.5, 0.75, 1])
      distances.push(apart(await one({ ...over, init: { picture: stored, strength } }), apples).mean);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(distances.at(-1)! / distances[0]!).toBeGreaterThan(2);
  });

  it('takes our own pictures as they were shown, enlarged', async () => {
    const { data } = await sharp(apples.data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .resize(512, 512, { kernel: 'lanczos3' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const large = await keep({ width: 512, height: 512, data: new Uint8Array(data) });
    const kept = await one({ init: { picture: large, strength: 0 } });
    expect([kept.width, kept.height]).toEqual([SIDE, SIDE]);
    expect(apart(kept, apples).mean).toBeLessThan(4);
  });
});

describe('inpainting', () => {
  it('nothing leaves the picture as it is, whatever the words', async () => {
    const mask = await aMask(() => false);
    const kept = await one({ prompt: 'a green pear', init: { picture: stored, strength: 1, mask } });
    expect(pixelSha256(kept)).toBe(pixelSha256(await roundTrip(apples)));
  });

  it.each(['ddim', 'euler_a', 'dpmpp_2m_karras'] as const)('one side leaves the other alone: %s', async (sampler) => {
    const mask = await aMask((x) => x >= 96);
    const over = { sampler, prompt: 'a green pear', steps: 6, init: { picture: stored, strength: 1, mask } };
    const [painted, untouched] = [await one(over), await roundTrip(apples)];
    // A pixel of the decoder's sees nine cells far: the first two columns of cells have only kept ones in sight.
    expect(apart(painted, untouched, 0, 16).most).toBe(0);
    expect(apart(painted, untouched, 0, 80).mean).toBeLessThan(1);
    expect(apart(painted, untouched, 96).mean).toBeGreaterThan(8);
  });

  it('everything is a new picture, of noise alone', async () => {
    const mask = await aMask(() => true);
    const painted = await one({ init: { picture: stored, strength: 1, mask } });
    expect(pixelSha256(painted)).toBe(pixelSha256(await one({})));
  });

  it('what is transparent, where the picture is its own mask', async () => {
    const rgba = new Uint8Array(SIDE * SIDE * 4).map((_, i) =>
      i % 4 === 3 ? ((i >> 2) % SIDE < SIDE / 2 ? 255 : 0) : apples.data[(i >> 2) * 3 + (i % 4)]!,
    );
    const bytes = await sharp(rgba, { raw: { width: SIDE, height: SIDE, channels: 4 } })
      .png()
      .toBuffer();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.set(sha256, bytes);
    const picture = { key: sha256, sha256, width: SIDE, height: SIDE };
    const painted = await one({ steps: 6, init: { picture, strength: 1, mask: picture } });
    expect(apart(painted, apples, 0, 40).mean).toBeLessThan(4);
    const opaque = one({ init: { picture: stored, strength: 1, mask: stored } });
    await expect(opaque).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('transparent'),
    });
  });
});

it('outpainting keeps the picture where it lies, and fills the rest', async () => {
  const extend = { left: 0, top: 0, right: 64, bottom: 0 };
  const wide = await one({ width: 192, steps: 6, init: { picture: stored, strength: 1, extend } });
  expect([wide.width, wide.height]).toEqual([192, SIDE]);
  const left = { width: SIDE, height: SIDE, data: cut(wide, SIDE) };
  expect(apart(left, apples, 0, SIDE - 24).mean).toBeLessThan(4);
  const background = wide.data.slice((5 * 192 + 185) * 3, (5 * 192 + 185) * 3 + 3);
  expect(background[2]!).toBeGreaterThan(background[0]!); // blue goes on
});
const cut = ({ width, height, data }: Picture, to: number) =>
  Uint8Array.from(
    { length: to * height * 3 },
    (_, i) => data[(Math.floor(i / 3 / to) * width + (Math.floor(i / 3) % to)) * 3 + (i % 3)]!,
  );

describe('the second pass', () => {
  it.each([
    ['the latent itself', false],
    ['an upscaler', true],
  ])('makes the same picture larger, by %s', async (_, byNetwork) => {
    const [upscaler] = (await openCatalogue({ MODELS_DIR })).of('upscale');
    const hires = { width: 192, height: 192, steps: 4, strength: 0.5, ...(byNetwork && { upscaler: upscaler!.ref }) };
    const [small, large] = [await one({ steps: 6 }), await one({ steps: 6, hires })];
    expect([large.width, large.height]).toEqual([192, 192]);
    const { data } = await sharp(large.data, { raw: { width: 192, height: 192, channels: 3 } })
      .resize(SIDE, SIDE)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(apart({ width: SIDE, height: SIDE, data: new Uint8Array(data) }, small).mean).toBeLessThan(20);
  });
});

describe('a walk', () => {
  it('begins and ends with the pictures of its ends', async () => {
    const end = { prompt: 'a cat', seed: 90 };
    for (const sampler of ['ddim', 'euler_a'] as const) {
      const frames = await make({ sampler, walk: { ...end, negativePrompt: '', frames: 4 } });
      expect(frames).toHaveLength(4);
      expect(pixelSha256(frames[0]!)).toBe(pixelSha256(await one({ sampler })));
      expect(pixelSha256(frames[3]!)).toBe(pixelSha256(await one({ sampler, ...end })));
      expect(apart(frames[1]!, frames[0]!).mean).toBeLessThan(apart(frames[3]!, frames[0]!).mean);
    }
  });
});

describe('the same recipe gives the same bytes', () => {
  const recipes = async (): Promise<[string, Over][]> => {
    const mask = await aMask((x, y) => x > 40 && y > 30);
    return [
      ['image → image', { steps: 4, sampler: 'euler_a', init: { picture: stored, strength: 0.6 } }],
      ['inpainting', { steps: 3, prompt: 'a green pear', init: { picture: stored, strength: 1, mask } }],
    ];
  };

  it('alone, and among four', async () => {
    for (const [, over] of await recipes()) {
      const together = (await make({ ...over, count: 4 })).map(pixelSha256);
      expect(together[2]).toBe(pixelSha256(await one({ ...over, seed: 9 })));
      expect(new Set(together).size).toBe(4);
    }
  });

  it('in another process', async () => {
    const child = await anEngine({ ENGINE_THREADS: 2 });
    try {
      for (const [name, over] of await recipes()) {
        const recipe = await aRecipe(over);
        const [here, there] = [
          await engine.generate(recipe, aContext({ load })),
          await child.generate(recipe, aContext({ load })),
        ];
        expect(hashes(there), name).toEqual(hashes(here));
      }
    } finally {
      await child.close();
    }
  });
});
