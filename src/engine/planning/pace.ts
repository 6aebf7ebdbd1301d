/** How a picture is walked: as the model is used to, as was said, or quickly. */
import { AppError } from '../../core/errors.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import type { Catalogue, Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';

type Walked = Pick<RecipeOf<'imagine'>, 'steps' | 'sampler' | 'guidance'>;
type Adapters = NonNullable<RecipeOf<'imagine'>['adapters']>;

export interface Pace {
  walked: Walked;
  /** What the recipe's own are preceded by. */
  adapters: Adapters;
  notes: string[];
}

type Asked = Pick<RequestOf<'imagine'>, 'quick' | 'steps' | 'sampler' | 'guidance' | 'negativePrompt'>;
type Model = Pick<Installed<ManifestOf<'diffusion'>>, 'ref' | 'manifest'>;

/** `named`: the LoRAs of the prompt, which keep the weight that was written. Throws invalid_request for what is not quick. */
export function planPace(
  { catalogue }: { catalogue: Pick<Catalogue, 'of'> },
  { ref, manifest: { title, defaults } }: Model,
  asked: Asked,
  named: Adapters = [],
): Pace {
  const { quick, steps, sampler, guidance } = asked;
  const usual = { steps: defaults.steps, sampler: defaults.sampler, guidance: defaults.guidance };
  const said = { ...(steps && { steps }), ...(sampler && { sampler }), ...(guidance !== undefined && { guidance }) };
  if (!quick) return { walked: { ...usual, ...said }, adapters: [], notes: [] };

  const companion = catalogue.of('lora').find(({ manifest }) => manifest.quick && manifest.for?.includes(ref.name));
  if (!companion) {
    refuseSlow(asked, usual.steps);
    const fewer = Math.min(usual.steps, Math.max(FEWEST, Math.ceil(usual.steps / 2)));
    const walked = { ...usual, steps: fewer, ...said };
    const note = `Nothing here teaches ${title} to draw in few steps: ${walked.steps} instead of ${usual.steps}.`;
    return { walked, adapters: [], notes: walked.steps < usual.steps ? [note] : [] };
  }
  const taught = companion.manifest.quick!;
  refuseSlow(asked, MOST_TIMES * taught.steps);
  refuseOther('guidance', guidance, taught.guidance);
  refuseOther('sampler', sampler, taught.sampler);
  const walked = { steps: steps ?? taught.steps, sampler: taught.sampler, guidance: taught.guidance };
  const own = named.some(({ model }) => model.name === companion.ref.name);
  return {
    walked,
    adapters: own ? [] : [{ model: companion.ref, weight: 1 }],
    notes: [
      `Quick: ${walked.steps} ${walked.steps === 1 ? 'step' : 'steps'} instead of ${usual.steps}.`,
      ...(asked.negativePrompt && taught.guidance === 1
        ? ['A quick picture is drawn without guidance, so what it should not show makes no difference.']
        : []),
    ],
  };
}

/** Below so many steps, a model that nobody taught to draws badly. */
const FEWEST = 8;
/** So many times the steps it was taught, a quick picture may take. */
const MOST_TIMES = 2;

function refuseSlow({ steps }: Asked, most: number): void {
  if (steps !== undefined && steps > most)
    throw new AppError(
      'invalid_request',
      `A quick picture takes at most ${most} steps here, and ${steps} were asked for. Leave out quick, or the steps.`,
    );
}

function refuseOther<T>(name: string, said: T | undefined, taught: T): void {
  if (said !== undefined && said !== taught)
    throw new AppError(
      'invalid_request',
      `Quick pictures are drawn with the ${name} that was learnt for them, ${taught}. Leave out quick, or the ${name}.`,
    );
}
