/** Neural style transfer by optimisation over pixels, coarse to fine. Gatys et al. 2016; scales as in Gatys et al. 2017. */
import { z } from 'zod';
import type { Picture } from '../../core/picture.ts';
import type { Clock } from '../network.ts';
import { mix } from '../tensor.ts';
import { resample } from '../upscale/resample.ts';
import type { FeatureNet, Target } from './features.ts';
import { gatysLoss } from './gatys-loss.ts';
import type { Gram } from './gram.ts';
import { minimise } from './lbfgs.ts';
import { cropped, mirrored, type Planes, planesOf, roundedUp, type Size, stretched } from './planes.ts';
import { meanOf, type Region } from './region.ts';

export interface Painting {
  /** In the size of the result, and so are the regions' masks. */
  content: Picture;
  styles: readonly Picture[];
  regions: readonly Region[];
  /** Beside a content weight of 1. */
  styleWeight: number;
  smoothness: number;
  /** At each scale, coarse to fine; each has twice the sides of the one before. */
  iterations: readonly number[];
}

interface Deps {
  net: FeatureNet;
  clock: Clock;
  signal: AbortSignal;
  /** Told after every iteration; `painted` makes what there is by then. */
  onIteration?: (step: number, painted: () => Planes, loss: number) => void | Promise<void>;
  /** Told after every scale but the last: from here it can go on to the same bytes. */
  onScale?: (state: PaintState) => void;
}

/** What the scales before `scale` made. */
export const PaintState = z.object({
  scale: z.number().int().min(1),
  width: z.number().int(),
  height: z.number().int(),
  data: z.custom<Float32Array<ArrayBuffer>>((value) => value instanceof Float32Array, 'must be numbers'),
});
export type PaintState = z.infer<typeof PaintState>;

/** Pairs that L-BFGS remembers: of 512² pixels 6 MB each. */
const MEMORY = 10;
/** Steps as long as a change of every pixel by this much, before the curvature is known. */
const FIRST_CHANGE = 0.02;

interface Course {
  from: Planes | undefined;
  iterations: number;
  /** Iterations of the scales before. */
  before: number;
}

/** Planes of the content's size, in the net's range. */
export async function paint(deps: Deps, painting: Painting, state?: PaintState): Promise<Planes> {
  let from: Planes | undefined = state;
  let before = 0;
  for (const [i, iterations] of painting.iterations.entries()) {
    if (i >= (state?.scale ?? 0)) {
      const share = 2 ** (i + 1 - painting.iterations.length);
      const size = scaled(painting.content, share);
      const padded = roundedUp(size, deps.net.stride, 2);
      from = await paintScale(deps, painting, { share, size, padded }, { from, iterations, before });
      if (i + 1 < painting.iterations.length) deps.onScale?.({ scale: i + 1, ...from });
    }
    before += iterations;
  }
  return from!;
}

interface Scale {
  /** Of the sides of the result. */
  share: number;
  size: Size;
  padded: Size;
}

/** One scale: from the content, with what the coarser scale made of it. */
async function paintScale(deps: Deps, painting: Painting, scale: Scale, course: Course): Promise<Planes> {
  const { net, clock, onIteration = () => {} } = deps;
  const { size, padded } = scale;
  const own = planesOf(await fitted(painting.content, size), net.range);
  const content = mirrored(own, padded);
  const target: Target = {
    content: await net.content(content, clock),
    contentWeight: 1,
    regions: await targets(deps, painting, scale),
  };
  const start = course.from ? mirrored(await carriedOver(deps, painting, course.from, own), padded) : content;
  const whole = (data: Planes['data']) => cropped({ data, ...padded }, size);
  const { x } = await minimise(gatysLoss(deps, { target, smoothness: painting.smoothness, size: padded }), start.data, {
    iterations: course.iterations,
    memory: MEMORY,
    reach: FIRST_CHANGE * Math.sqrt(start.data.length),
    onIteration: (done, { x, value }) => onIteration(course.before + done, () => whole(x), value),
  });
  return whole(x);
}

/**
 * What a coarser scale changed, enlarged, on the content of this one. Begun from the coarser picture itself the content's
 * own detail would be lost: the network's deep layers, which alone know the content, do not ask for it back.
 */
async function carriedOver({ net }: Deps, { content }: Painting, from: Planes, own: Planes): Promise<Planes> {
  const before = planesOf(await fitted(content, from), net.range);
  const change = stretched({ ...from, data: from.data.map((v, i) => v - before.data[i]!) }, own);
  return { ...own, data: own.data.map((v, i) => v + change.data[i]!) };
}

/** What each region's Gram matrices shall be: those of its styles, mixed. */
async function targets(deps: Deps, painting: Painting, scale: Scale): Promise<Target['regions']> {
  const { content, styles, regions, styleWeight } = painting;
  const grams: Gram[][] = [];
  for (const style of styles) {
    deps.signal.throwIfAborted();
    grams.push(await deps.net.style(await stylePlanes(deps.net, style, content, scale.share), deps.clock));
  }
  return regions.map(({ mask, shares }) => {
    const guide = guideOf(mask, content, scale);
    const wanted = grams[0]!.map((_, layer) => mix(...shares.map((share, i) => [share, grams[i]![layer]!] as const)));
    return { guide, grams: wanted, weight: styleWeight * meanOf(guide) };
  });
}

/** A region's mask in the size of a scale. */
function guideOf(mask: Region['mask'], { width, height }: Size, { size, padded }: Scale): Float32Array {
  if (!mask) return new Float32Array(padded.width * padded.height).fill(1);
  return mirrored(stretched({ data: mask, width, height }, size), padded).data;
}

/** A style picture in as many pixels as the result has (or its own, if fewer), and smaller like it at coarser scales. */
async function stylePlanes({ range, stride }: FeatureNet, style: Picture, result: Size, share: number) {
  const shrunk = Math.min(1, Math.sqrt((result.width * result.height) / (style.width * style.height)));
  const size = scaled(style, shrunk * share);
  return mirrored(planesOf(await fitted(style, size), range), roundedUp(size, stride, 2));
}

const scaled = ({ width, height }: Size, share: number): Size => ({
  width: Math.max(1, Math.round(width * share)),
  height: Math.max(1, Math.round(height * share)),
});

const fitted = (picture: Picture, { width, height }: Size): Promise<Picture> => resample(picture, width, height);
