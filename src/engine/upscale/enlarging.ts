/** Pictures made larger within a job: by a network as far as it goes, to exactly the size that is asked for. */
import { join } from 'node:path';
import type { Made, Picture } from '../../core/picture.ts';
import type { ModelRef } from '../../core/recipe.ts';
import type { Job } from '../pipeline.ts';
import { openPixelNetwork } from '../pixel-network.ts';
import { createUpscaler, type Upscaler } from './enlarge.ts';
import { LANCZOS, resample } from './resample.ts';

interface Size {
  width: number;
  height: number;
}

export async function enlarge(
  job: Job,
  picture: Picture,
  model: ModelRef,
  { width, height }: Size,
  onTile: (done: number, total: number) => void = () => {},
): Promise<Picture> {
  if (model.name === LANCZOS.name) return resample(picture, width, height);
  const network = await openUpscaler(job, model);
  const wanted = width / picture.width;
  const whole = height === picture.height * wanted && Number.isInteger(network.factor / wanted);
  const larger = await network.enlarge(picture, {
    ...(whole && { factor: wanted }),
    signal: job.signal,
    clock: job.clock,
    onTile: (done, total) => {
      job.onBeat();
      onTile(done, total);
    },
  });
  return resample(larger, width, height);
}

export const times = (factor: number, { width, height }: Size): Size => ({
  width: width * factor,
  height: height * factor,
});

/** As a recipe wants its pictures shown. */
export async function displayed(
  job: Job,
  made: readonly Made[],
  display: { model: ModelRef; factor: number } | undefined,
): Promise<Made[]> {
  if (!display) return [...made];
  const larger: Made[] = [];
  for (const { picture, ...rest } of made)
    larger.push({ ...rest, picture: await enlarge(job, picture, display.model, times(display.factor, picture)) });
  return larger;
}

const openUpscaler = ({ open, catalogue }: Job, model: ModelRef): Promise<Upscaler & { release(): Promise<void> }> =>
  open(catalogue.get('upscale', model), async (device, { folder, manifest }) => {
    const { file, input, output, range } = manifest.graph;
    const ends = { takes: { name: input, range }, gives: { name: output, range } };
    const network = await openPixelNetwork(device, join(folder, file), ends);
    return { ...createUpscaler(network, manifest), release: network.release };
  });
