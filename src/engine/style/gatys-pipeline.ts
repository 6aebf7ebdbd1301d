/** A picture painted in the manner of others, by optimisation. */

import type { Picture } from '../../core/picture.ts';
import { NOTHING_KEPT } from '../keeping.ts';
import { loadCutout, onWhite } from '../picture-input.ts';
import type { Pipeline } from '../pipeline.ts';
import { resample } from '../upscale/resample.ts';
import { blend } from './blend.ts';
import { inGreys, READIED } from './colour-transfer.ts';
import { openFeatureNet } from './features.ts';
import { PaintState, paint } from './gatys.ts';
import { styleWeight } from './gatys-defaults.ts';
import { keepColours } from './keep-colours.ts';
import { pictureOf } from './planes.ts';
import { createLooks } from './preview.ts';
import { loadRegions } from './region.ts';
import { wantedPart } from './within.ts';

export const gatys: Pipeline<'gatys'> = async (recipe, job) => {
  const { width, height, iterations, keepColours: how, strength, seed } = recipe;
  const { keeping = NOTHING_KEPT } = job;
  const source = onWhite(await loadCutout(job.load, recipe.source));
  const content = await resample(source, width, height);
  const regions = await loadRegions(job.load, recipe.styles, content);
  if (strength === 0 || regions.length === 0) return [{ picture: content, seed }];

  const styles: Picture[] = [];
  for (const { picture } of recipe.styles) styles.push(onWhite(await loadCutout(job.load, picture)));
  const net = await job.open(job.catalogue.get('features', recipe.model), openFeatureNet);
  const look = createLooks(net.range);
  const total = iterations.reduce((sum, n) => sum + n, 0);
  const painted = await paint(
    {
      net,
      clock: job.clock,
      signal: job.signal,
      onIteration: (step, painted) => {
        job.onBeat();
        const preview = look(painted);
        job.onProgress({ step, total, ...(preview && { preview }) });
      },
      onScale: (state) => keeping.mark(() => state),
    },
    {
      content: how === 'luminance' ? inGreys(content) : content,
      styles: styles.map((style) => READIED[how](style, content)),
      regions,
      styleWeight: styleWeight(strength),
      smoothness: recipe.smoothness * strength,
      iterations,
    },
    keeping.restored ? PaintState.parse(keeping.restored) : undefined,
  );
  const stylized = keepColours(content, pictureOf(painted, net.range), how);
  const mask = await wantedPart(job.load, { regions, mask: recipe.mask, size: content });
  return [{ picture: mask ? blend(content, stylized, { strength: 1, mask }) : stylized, seed }];
};
