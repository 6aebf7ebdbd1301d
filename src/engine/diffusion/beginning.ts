/** A picture to begin with, as the denoiser needs it: image → image, inpainting, outpainting. */
import { AppError } from '../../core/errors.ts';
import type { GenerateContext, Picture } from '../../core/picture.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { Clock } from '../network.ts';
import { type Cutout, erasedPart, loadCutout, onWhite, paintedPart } from '../picture-input.ts';
import { toPlanes } from '../pixels.ts';
import { covering, lay, withMargins } from '../placement.ts';
import { concat, type Latent } from '../tensor.ts';
import { resample } from '../upscale/resample.ts';
import { eitherMask, type Mask, marginMask, maskOf } from './mask.ts';
import type { LatentShape, Vae } from './vae.ts';

type Init = NonNullable<RecipeOf<'imagine'>['init']>;

export interface Beginning {
  /** The picture. */
  latent: Latent;
  /** What is painted anew; absent: everything is worked on. */
  mask?: Mask;
  /** [1 + channels, height, width]: the mask and what stays, for inpainting networks. */
  extra?: Latent;
}

interface Deps {
  vae: Vae;
  load: GenerateContext['load'];
  clock: Clock;
}

/** `inpaints`: the network takes mask and masked picture as further channels. */
export async function begin(deps: Deps, init: Init, shape: LatentShape, inpaints: boolean): Promise<Beginning> {
  const { vae, load, clock } = deps;
  const { factor } = vae;
  const canvas = { width: shape.width * factor, height: shape.height * factor };
  const cutout = await loadCutout(load, init.picture);
  const place = init.extend ? withMargins(cutout, init.extend, canvas) : covering(cutout, canvas);
  const laid = await lay(onWhite(cutout), place, canvas, 'edge');
  const planes = toPlanes(laid, 0, 0, canvas.width, canvas.height, [-1, 1]);
  const stencil = init.mask && (await lay(await stencilOf(load, init, cutout), place, canvas, 'black'));
  const margin = init.extend && marginMask(place, shape, factor);
  const masks = [stencil && maskOf(stencil, shape, factor), margin].filter((mask) => !!mask);
  const latent = await vae.encode(planes, shape, clock);
  if (masks.length === 0) return { latent, ...(inpaints && { extra: await unmasked(deps, shape) }) };
  const mask = masks.reduce(eitherMask);
  if (!inpaints) return { latent, mask };

  const isPainted = (pixel: number): boolean => {
    const [x, y] = [pixel % canvas.width, Math.floor(pixel / canvas.width)];
    const cell = Math.floor(y / factor) * shape.width + Math.floor(x / factor);
    return (stencil?.data[pixel * 3] ?? 0) >= 127.5 || (margin?.[cell] ?? 0) >= 0.5;
  };
  const area = canvas.width * canvas.height;
  const grey = planes.map((v, i) => (isPainted(i % area) ? 0 : v));
  return { latent, mask, extra: concat([mask.map(Math.round), await vae.encode(grey, shape, clock)]) };
}

/** What an inpainting network is given that is to paint everything: all of the mask, nothing of a picture. */
export async function unmasked({ vae, clock }: Pick<Deps, 'vae' | 'clock'>, shape: LatentShape): Promise<Latent> {
  const cells = shape.height * shape.width;
  const grey = await vae.encode(new Float32Array(3 * cells * vae.factor ** 2), shape, clock);
  return concat([new Float32Array(cells).fill(1), grey]);
}

/** White where it is painted, of the picture's size. The picture as its own mask: what is transparent in it. */
async function stencilOf(load: Deps['load'], { picture, mask }: Init, cutout: Cutout): Promise<Picture> {
  if (mask!.key !== picture.key) {
    const stencil = paintedPart(await loadCutout(load, mask!));
    return resample(stencil, cutout.width, cutout.height);
  }
  if (cutout.alpha) return erasedPart(cutout);
  throw new AppError(
    'invalid_request',
    'Nothing of that picture is transparent, so there is nothing to paint. Send a mask.',
  );
}
