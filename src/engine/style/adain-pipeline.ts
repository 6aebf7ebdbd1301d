/** A picture, or every frame of one that moves, in the manner of others: one pass between two networks. */
import type { ColourKeeping } from '../../core/filter-request.ts';
import type { GenerateContext, Picture } from '../../core/picture.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import { filmed, loadFilm, perFrame } from '../film.ts';
import type { Pipeline } from '../pipeline.ts';
import { resample } from '../upscale/resample.ts';
import { openAnyStyle } from './any-style.ts';
import { blend } from './blend.ts';
import { inGreys, READIED } from './colour-transfer.ts';
import { keepColours } from './keep-colours.ts';
import type { Moments } from './moments.ts';
import { loadRegions } from './region.ts';
import { restyle, styleOf } from './restyle.ts';
import { wantedPart } from './within.ts';

/** Longest side of a style picture: the strokes of larger ones are coarser than what the network has learnt to paint. */
const STYLE_SIDE = 512;

export const adain: Pipeline<'adain'> = async (recipe, job) => {
  const { width, height, keepColours: how, strength, seed } = recipe;
  const [source, manners] = await Promise.all([loadFilm(job.load, recipe.source), loadStyles(job.load, recipe.styles)]);
  const film = width && height ? await perFrame(source, (frame) => resample(frame, width, height)) : source;
  const contents = film.frames;
  const size = contents[0]!;
  const regions = await loadRegions(job.load, recipe.styles, size);
  if (strength === 0 || regions.length === 0) return [filmed(film, seed)];

  const net = await job.open(job.catalogue.get('adain', recipe.model), openAnyStyle);
  const { clock, signal, onBeat } = job;
  const onBlock = (step: number, total: number) => {
    onBeat();
    job.onProgress({ step, total });
  };
  const deps = { net, clock, signal, onBlock };
  const all = stacked(contents);
  const styles: Moments[] = [];
  for (const frames of manners)
    styles.push(await styleOf(deps, unstacked(READIED[how](stacked(frames), all), frames.length)));
  const frames = how === 'luminance' ? contents.map((frame) => inGreys(frame)) : contents;
  const painted = await restyle(deps, { frames, styles, regions, strength });
  const coloured = colouredLike(contents, painted, how);
  const mask = await wantedPart(job.load, { regions, mask: recipe.mask, size });
  const within = (frame: Picture, i: number) =>
    mask ? blend(frame, coloured[i]!, { strength: 1, mask }) : coloured[i]!;
  return [filmed({ frames: contents.map(within), delaysMs: film.delaysMs }, seed)];
};

/** All frames of each, no larger than they need to be. */
async function loadStyles(load: GenerateContext['load'], styles: RecipeOf<'adain'>['styles']): Promise<Picture[][]> {
  const manners: Picture[][] = [];
  for (const { picture } of styles) {
    const { frames } = await loadFilm(load, picture);
    manners.push(await Promise.all(frames.map((frame) => shrunkTo(STYLE_SIDE, frame))));
  }
  return manners;
}

/** All frames at once: a film keeps the colours of the film, not each frame its own. */
const colouredLike = (contents: readonly Picture[], painted: readonly Picture[], how: ColourKeeping): Picture[] =>
  unstacked(keepColours(stacked(contents), stacked(painted), how), contents.length);

/** Frames of equal size, one below the other. */
function stacked(frames: readonly Picture[]): Picture {
  const [first] = frames as [Picture, ...Picture[]];
  if (frames.length === 1) return first;
  const data = new Uint8Array(first.data.length * frames.length);
  for (const [i, frame] of frames.entries()) data.set(frame.data, i * first.data.length);
  return { width: first.width, height: first.height * frames.length, data };
}

function unstacked({ width, height, data }: Picture, frames: number): Picture[] {
  const bytes = data.length / frames;
  return Array.from({ length: frames }, (_, i) => ({
    ...{ width, height: height / frames },
    data: data.subarray(i * bytes, (i + 1) * bytes),
  }));
}

async function shrunkTo(side: number, picture: Picture): Promise<Picture> {
  const share = side / Math.max(picture.width, picture.height);
  const fitted = (own: number) => Math.max(1, Math.round(own * share));
  return share >= 1 ? picture : resample(picture, fitted(picture.width), fitted(picture.height));
}
