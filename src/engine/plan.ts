/** From what was asked to what will be made: every choice taken, every limit checked. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Plan, RecipeOf } from '../core/recipe.ts';
import { MAX_SEED, type Request, type RequestOf } from '../core/request.ts';
import type { Catalogue, Installed } from './catalogue.ts';
import type { ManifestOf } from './manifest.ts';
import { fitSize } from './size.ts';
import { LANCZOS } from './upscale/resample.ts';
import { createVocabulary, type Translation, VocabularyFile } from './vocabulary.ts';

/** The picture that an upscale is made of, as the records know it. */
export interface Source {
  key: string;
  sha256: string;
  width: number;
  height: number;
  seed: number;
}

export type Planner = (request: Request, source?: Source) => Plan;

interface Deps {
  catalogue: Catalogue;
  config: Pick<Config, 'DEFAULT_MODEL'>;
}

/** Throws AppError invalid_request with what to change, or model_missing / model_corrupt with what to do. */
export function createPlanner({ catalogue, config }: Deps): Planner {
  const translate = createTranslations();
  return (request, source) => {
    if (request.kind === 'imagine') return planImagine(request);
    if (!source) throw new AppError('internal', 'An upscale was planned without its picture.');
    return planUpscale(request, source);
  };

  function planImagine(request: RequestOf<'imagine'>): Plan {
    const model = find(request.model);
    const { defaults, display } = model.manifest;
    const shown = display?.upscale ?? 1;
    const { width, height } = fitSize(model.manifest, request, shown);
    const prompt = translate(model, request.prompt);
    const recipe: RecipeOf<'imagine'> = {
      v: 1,
      kind: 'imagine',
      model: model.ref,
      prompt: prompt.prompt,
      negativePrompt: request.negativePrompt && translate(model, request.negativePrompt).prompt,
      seed: request.seed ?? randomInt(MAX_SEED + 1),
      count: request.count,
      steps: request.steps ?? defaults.steps,
      sampler: request.sampler ?? defaults.sampler,
      guidance: request.guidance ?? defaults.guidance,
      width,
      height,
      ...(request.variation && { variation: request.variation }),
      ...(shown > 1 && { display: { model: upscaler(shown)?.ref ?? LANCZOS, factor: shown } }),
    };
    const passes = recipe.guidance === 1 ? 1 : 2;
    return { recipe, cost: (width * height * recipe.steps * passes * recipe.count) / 1e6, notes: prompt.notes };
  }

  function planUpscale({ factor }: RequestOf<'upscale'>, source: Source): Plan {
    const { key, sha256, width, height, seed } = source; // an ImageView is handed in: the recipe keeps these alone
    const side = Math.max(source.width, source.height) * factor;
    if (side > MOST_SIDE)
      throw new AppError(
        'invalid_request',
        `That would be ${source.width * factor}×${source.height * factor} pixels; the most is ${MOST_SIDE} a side.`,
      );
    const model = upscaler(factor);
    const recipe: RecipeOf<'upscale'> = {
      v: 1,
      kind: 'upscale',
      model: model?.ref ?? LANCZOS,
      source: { key, sha256, width, height },
      factor,
      seed,
    };
    const notes = model ? [] : ['No upscaling model is installed, so the picture was enlarged by plain resampling.'];
    return { recipe, cost: (source.width * source.height * factor ** 2) / 1e6, notes };
  }

  /** The installed upscaler of this factor, or a stronger one whose result is made smaller. */
  function upscaler(factor: number): Installed<ManifestOf<'upscale'>> | undefined {
    const enough = catalogue.of('upscale').filter(({ manifest }) => manifest.factor >= factor);
    return enough.sort((a, b) => a.manifest.factor - b.manifest.factor)[0];
  }

  function find(asked: string | undefined): Installed<ManifestOf<'diffusion'>> {
    const models = catalogue.of('diffusion');
    const name = asked ?? config.DEFAULT_MODEL;
    const found = models.find(({ ref }) => ref.name === name);
    if (found) return found;
    const problem = catalogue.problems.find((problem) => problem.name === name);
    if (problem) throw problem.error;
    const installed = models.map(({ ref }) => ref.name).join(', ') || 'none';
    if (asked) throw new AppError('invalid_request', `There is no model called ${asked}. Installed: ${installed}.`);
    throw new AppError(
      'model_missing',
      `The default model ${name} is not installed. Put it into the models folder, or set DEFAULT_MODEL to one of: ${installed}.`,
    );
  }
}

const MOST_SIDE = 4096;

/** Prompts into the words of models that know few. A vocabulary is read when its model is first asked for. */
function createTranslations() {
  const vocabularies = new Map<string, (prompt: string) => Translation>();
  return ({ folder, manifest, ref }: Installed<ManifestOf<'diffusion'>>, prompt: string): Translation => {
    if (!manifest.vocabulary) return { prompt, notes: [] };
    let vocabulary = vocabularies.get(ref.sha256);
    if (!vocabulary) {
      const text = readFileSync(join(folder, manifest.vocabulary.file), 'utf8');
      vocabulary = createVocabulary(VocabularyFile.parse(JSON.parse(text)));
      vocabularies.set(ref.sha256, vocabulary);
    }
    return vocabulary(prompt);
  };
}
