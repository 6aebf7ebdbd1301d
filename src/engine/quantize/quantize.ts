/** An int8 copy of a diffusion model for CPUs, measured against the original, and kept only if it is good enough. */
import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { Request } from '../../core/request.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Device } from '../device.ts';
import { findGraph } from '../diffusion/layout.ts';
import { saveModel } from '../onnx/save.ts';
import { createPlanner } from '../plan.ts';
import { chooseGroups, type Group, measureNoise } from './choose.ts';
import { copyWithout, describeCopy, install } from './copy.ts';
import { createQuantizer, type Quantizer } from './graph.ts';
import type { Quantizable } from './rewrite.ts';
import { type Diffusion, type Imagine, psnr, type Run, recordFeeds, runAll } from './runs.ts';

export interface QuantizeOptions {
  model: string;
  out: string;
  modelsDir: string;
  /** The copy is refused when a picture's PSNR against the original's is lower, dB. */
  least: number;
  steps?: number | undefined;
  size?: { width: number; height: number } | undefined;
  /** Told what is being done. */
  onStage: (stage: string) => void;
}

export interface QuantizeReport {
  name: string;
  /** Products and convolutions of integers, of all that could be. */
  int8: number;
  candidates: number;
  bytes: { before: number; after: number };
  /** Time in session.run and CPU time, before ÷ after, over the same recipes. */
  speed: { run: number; cpu: number };
  /** dB, per picture. */
  psnr: number[];
}

/** Those that ranges are measured on, and others that the copy is judged by. */
const CALIBRATION = [
  'two red apples on a blue background',
  'a cat in a garden',
  'a yellow star above a house at night',
];
const TRIAL = ['a green tree on a white background', 'a red car in a city street', 'a portrait of a woman in the rain'];
const MOST_FEEDS = 16;
const MOST_TRIAL_FEEDS = 6;
/** Shares of noise that are tried one after the other when integers everywhere are too coarse, dB. */
const CEILINGS = [20, 25, 30, 35, 40];

/** Throws invalid_request when even a careful copy stays below the bound; then nothing is left behind. */
export async function quantizeModel(
  { catalogue, device, log }: { catalogue: Catalogue; device: Device; log: Logger },
  options: QuantizeOptions,
): Promise<QuantizeReport> {
  const { onStage, least, out, modelsDir } = options;
  const target = join(modelsDir, out);
  if (await stat(target).catch(() => undefined))
    throw new AppError('invalid_request', `There is already something at ${target}. Choose another name with --out.`);
  const model = findModel(catalogue, options.model);
  const file =
    (await findGraph(model.folder, 'unet', options.model)) ??
    (await findGraph(model.folder, 'transformer', options.model));
  if (!file) throw new AppError('model_missing', `The model ${options.model} has neither a U-Net nor a transformer.`);
  const part = basename(join(file, '..'));
  const recipes = (prompts: readonly string[]) => prompts.map((prompt, i) => recipeOf(catalogue, options, prompt, i));

  onStage('recording what the network is fed with');
  const feeds = await recordFeeds({ device, log }, model, file, recipes(CALIBRATION), MOST_FEEDS);
  onStage('measuring ranges');
  const quantizer = await createQuantizer(device, file, feeds);
  onStage('making the pictures to compare with');
  const before = await runAll({ device, log }, model, recipes(TRIAL), () => {});

  const folder = join(modelsDir, `.quantizing-${out}`);
  try {
    await copyWithout(model, part, folder);
    let best = Number.NEGATIVE_INFINITY;
    for await (const chosen of attempts(device, quantizer, file, feeds, onStage)) {
      await saveModel(await quantizer.with(chosen), quantizer.folder, join(folder, part, 'model.onnx'));
      const copy = await describeCopy(model, folder, out);
      onStage(`comparing with ${chosen.length} of ${quantizer.candidates.length} products as integers`);
      const after = await runAll({ device, log }, copy, recipes(TRIAL), () => {});
      const report = compare(out, [model, before], [copy, after], chosen, quantizer);
      const worst = Math.min(...report.psnr);
      best = Math.max(best, worst);
      if (worst < least) continue;
      await install(copy, target);
      return report;
    }
    throw new AppError(
      'invalid_request',
      `No int8 copy of ${options.model} was good enough: the best has a picture at ${Math.floor(best * 10) / 10} dB, and ${least} dB are wanted. Nothing was installed.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function findModel(catalogue: Catalogue, name: string): Diffusion {
  const found = catalogue.of('diffusion').find(({ ref }) => ref.name === name);
  if (found) return found;
  const installed =
    catalogue
      .of('diffusion')
      .map(({ ref }) => ref.name)
      .join(', ') || 'none';
  throw new AppError('invalid_request', `There is no diffusion model called ${name}. Installed: ${installed}.`);
}

function recipeOf(
  catalogue: Catalogue,
  { model, steps, size }: QuantizeOptions,
  prompt: string,
  seed: number,
): Imagine {
  const plan = createPlanner({ catalogue, config: { DEFAULT_MODEL: model } });
  const { recipe } = plan(Request.parse({ kind: 'imagine', prompt, seed, model, steps }));
  if (recipe.kind !== 'imagine') throw new AppError('internal', 'An imagine request was planned as something else.');
  const { display: _, ...plain } = recipe;
  return { ...plain, ...size };
}

/** Everything first; then, each part having been tried alone, fewer and fewer of them. */
async function* attempts(
  device: Device,
  quantizer: Quantizer,
  file: string,
  feeds: Parameters<typeof measureNoise>[3],
  onStage: (stage: string) => void,
): AsyncGenerator<Quantizable[]> {
  const membersOf = (groups: readonly Group[]) => groups.flatMap(({ members }) => members);
  yield [...quantizer.candidates];
  const some = feeds.filter((_, i) => i % Math.ceil(feeds.length / MOST_TRIAL_FEEDS) === 0);
  const groups = await measureNoise(device, quantizer, file, some, (done, total) =>
    onStage(`trying each part alone: ${done} of ${total}`),
  );
  let last = groups.length;
  for (const ceiling of CEILINGS) {
    const chosen = chooseGroups(groups, 10 ** (-ceiling / 10));
    if (chosen.length === 0) return;
    if (chosen.length < last) yield membersOf(chosen);
    last = chosen.length;
  }
}

function compare(
  name: string,
  [model, before]: [Diffusion, Run[]],
  [copy, after]: [Diffusion, Run[]],
  chosen: readonly Quantizable[],
  { candidates }: Quantizer,
): QuantizeReport {
  const sum = (runs: Run[], of: 'runMs' | 'cpuMs') => runs.reduce((total, run) => total + run[of], 0);
  const bytes = ({ manifest }: Diffusion) => manifest.files.reduce((total, { bytes }) => total + bytes, 0);
  return {
    name,
    int8: chosen.length,
    candidates: candidates.length,
    bytes: { before: bytes(model), after: bytes(copy) },
    speed: {
      run: sum(before, 'runMs') / sum(after, 'runMs'),
      cpu: sum(before, 'cpuMs') / sum(after, 'cpuMs'),
    },
    psnr: before.map(({ picture }, i) => psnr(picture, after[i]!.picture)),
  };
}
