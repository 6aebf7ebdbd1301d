/** What teaches a model to draw in few steps: held-out captions drawn in many steps, in few, and in few as it teaches. */
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { frechetDistance } from '../metrics/fid.ts';
import type { Maps } from '../metrics/perceptual.ts';
import { psnr } from '../metrics/psnr.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { meansOf, openFeatures } from './features.ts';
import { readHeldOut } from './held-out.ts';
import { type Answers, createJudge } from './judge.ts';
import { createMaker, mean } from './making.ts';
import { openSprites } from './sprites.ts';

const SHOWN = 20;
/** Captions that are drawn without what is taught, too. */
const BESIDE = 100;
const COLUMNS = 10;

interface Way {
  name: string;
  walked: Pick<RecipeOf<'imagine'>, 'steps' | 'sampler' | 'guidance' | 'adapters'>;
  answers: Answers[];
  pictures: Picture[];
  rows: Float32Array[];
  ms: number[];
  psnr: number[];
  perceptual: number[];
}

export const evaluateQuick: Evaluate = async (
  { engine, catalogue, device, installed, say },
  { count = 500, steps },
) => {
  const { manifest, ref } = installed;
  if (!isOfKind(manifest, 'lora') || !manifest.quick)
    throw new AppError('internal', `${ref.name} does not teach to draw in few steps.`);
  const { for: names = [], quick } = manifest;
  const drawing = catalogue.of('diffusion').find(({ ref }) => names.includes(ref.name));
  if (!drawing) throw new AppError('model_missing', `${ref.name} is for ${names.join(', ')}, which is not installed.`);
  const { defaults } = drawing.manifest;
  const { width, height, sampler, guidance } = defaults;
  const few = steps ?? quick.steps;
  const way = (name: string, walked: Way['walked']): Way => ({
    ...{ name, walked, answers: [], pictures: [], rows: [], ms: [], psnr: [], perceptual: [] },
  });
  const adapters = [{ model: ref, weight: 1 }];
  const many = way(`${defaults.steps} steps`, { steps: defaults.steps, sampler, guidance });
  const taught = way('taught', { ...quick, steps: few, adapters });
  const untaught = [
    way(`untaught ${few} steps with guidance`, { steps: few, sampler, guidance }),
    way(`untaught ${few} steps without`, { steps: few, sampler, guidance: 1 }),
    way(`untaught ${few} steps of lcm with guidance`, { steps: few, sampler: 'lcm', guidance }),
  ];
  const ways = [many, taught, ...untaught];

  const heldOut = readHeldOut();
  const judge = createJudge(heldOut, await openSprites(heldOut));
  const features = await openFeatures(catalogue, device);
  const make = createMaker(engine);
  const asked = heldOut.scenes.slice(0, count);
  const draw = async (prompt: string, seed: number, { walked }: Way) => {
    const recipe: RecipeOf<'imagine'> = {
      ...{ v: 1, kind: 'imagine', model: drawing.ref, prompt, negativePrompt: '', seed, count: 1, width, height },
      ...walked,
    };
    const before = process.cpuUsage();
    const [picture] = await make(recipe);
    const { user, system } = process.cpuUsage(before);
    return { picture: picture!, ms: (user + system) / 1000 };
  };
  for (const one of ways) await draw(asked[0]!.caption, 0, one); // opens the model with and without what it is taught
  for (const [i, scene] of asked.entries()) {
    let reference: { picture: Picture; maps: Maps[] } | undefined;
    for (const one of i < BESIDE ? ways : [many, taught]) {
      const { picture, ms } = await draw(scene.caption, i, one);
      const maps = await features.maps(picture);
      one.answers.push(judge(picture, scene));
      one.rows.push(meansOf(maps.at(-1)!));
      one.ms.push(ms);
      if (i < SHOWN) one.pictures.push(picture);
      if (reference) {
        one.psnr.push(psnr(picture, reference.picture));
        one.perceptual.push(features.distance(maps, reference.maps));
      } else reference = { picture, maps };
    }
    if ((i + 1) % 25 === 0) say(`${i + 1} of ${asked.length} captions`);
  }
  await features.release();

  const n = asked.length;
  const figure = (name: string, unit: Figure['unit'], others: Way[], value: (way: Way) => number): Figure => ({
    ...{ name, unit, n, value: value(taught) },
    beside: Object.fromEntries(others.map((way) => [way.name, value(way)])),
  });
  const questions = [...new Set(many.answers.flatMap((answers) => Object.keys(answers)))].sort();
  const figures = [
    ...questions.map((name) => {
      const raised = (way: Way) => way.answers.filter((answers) => name in answers);
      const share = (way: Way) => (100 * raised(way).filter((answers) => answers[name]).length) / raised(way).length;
      return { ...figure(name, '%', [many, ...untaught], share), n: raised(many).length };
    }),
    figure(`PSNR to ${many.name}, same seed`, 'dB', untaught, (way) => mean(way.psnr)),
    figure(`perceptual distance to ${many.name}, same seed`, '', untaught, (way) => mean(way.perceptual)),
    {
      ...figure(`FID-proxy to ${many.name}`, '', untaught, ({ rows }) =>
        frechetDistance(rows.slice(0, BESIDE), many.rows.slice(0, BESIDE)),
      ),
      n: Math.min(n, BESIDE),
    },
    figure('processor time of a picture', 'ms', [many, ...untaught], (way) => mean(way.ms)),
  ];
  return {
    figures,
    conditions: `${n} captions, seed i for caption i, ${few} steps of ${quick.sampler}, guidance ${quick.guidance}, beside ${drawing.ref.name} alone with guidance ${guidance} (untaught on the first ${Math.min(n, BESIDE)}), ${width} × ${height}`,
    sheet: { pictures: inBands([many, untaught[0]!, taught]), columns: COLUMNS },
  };
};

/** A row of each way, and again for the next pictures. */
const inBands = (ways: readonly Way[]): Picture[] =>
  Array.from({ length: Math.ceil(ways[0]!.pictures.length / COLUMNS) }, (_, band) =>
    ways.flatMap(({ pictures }) => pictures.slice(band * COLUMNS, (band + 1) * COLUMNS)),
  ).flat();
