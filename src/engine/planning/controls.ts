/** What a picture is steered by: for each control asked for, the installed model that reads such hints. */
import { AppError } from '../../core/errors.ts';
import type { RecipeOf, Sources } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import type { Installed } from '../catalogue.ts';
import { type HintName, isByModel, isHintName, needsModel, unknownHint } from '../control/hint-names.ts';
import type { ManifestOf } from '../manifest.ts';
import type { PlanningDeps } from './models.ts';

type Control = Installed<ManifestOf<'control'>>;
type Catalogue = Pick<PlanningDeps, 'catalogue'>;

/** `drawing`: the name of the diffusion model. Throws invalid_request or model_missing with what to change or install. */
export function planControls(
  deps: Catalogue,
  drawing: string,
  asked: RequestOf<'imagine'>['controls'],
  sources: Sources,
): { recipe: Pick<RecipeOf<'imagine'>, 'controls'>; notes: string[] } {
  if (!asked?.length) return { recipe: {}, notes: [] };
  const controls = asked.map(({ picture, model, hint, weight, from, to, guess }) => {
    const name = checkHint(deps, hint);
    if (from >= to)
      throw new AppError(
        'invalid_request',
        `A control from ${from} to ${to} of the run has no part in it. Let it end after it begins.`,
      );
    const control = model ? named(deps, drawing, model) : byHint(deps, drawing, name);
    const { key, sha256, width, height } = sources(picture);
    return { model: control.ref, picture: { key, sha256, width, height }, hint, weight, from, to, guess, control };
  });
  const notes = controls.flatMap(({ control, hint }) => noteOf(control, hint));
  return { recipe: { controls: controls.map(({ control: _, ...control }) => control) }, notes };
}

/** The picture whose shape the result should have: the first that says where things are. */
export const shapeGiver = (asked: RequestOf<'imagine'>['controls'], sources: Sources) => {
  const first = asked?.find(({ hint }) => hint !== 'picture');
  return first && sources(first.picture);
};

function checkHint({ catalogue }: Catalogue, hint: string): HintName {
  if (!isHintName(hint)) throw unknownHint(hint);
  if (isByModel(hint) && catalogue.of(hint).length === 0) throw needsModel(hint);
  return hint;
}

const controlsOf = ({ catalogue }: Catalogue, drawing: string): Control[] =>
  catalogue.of('control').filter(({ manifest }) => manifest.for.includes(drawing));

const listed = (controls: readonly Control[]) =>
  controls.map(({ ref, manifest }) => `${ref.name} (${manifest.hint.join(', ')})`).join('; ') || 'none';

function named(deps: Catalogue, drawing: string, name: string): Control {
  const own = controlsOf(deps, drawing);
  const found = own.find(({ ref }) => ref.name === name);
  if (found) return found;
  const problem = deps.catalogue.problems.find((problem) => problem.name === name);
  if (problem) throw problem.error;
  const other = deps.catalogue.of('control').find(({ ref }) => ref.name === name);
  throw new AppError(
    'invalid_request',
    other
      ? `The control ${name} steers ${other.manifest.for.join(', ')}, not ${drawing}. For ${drawing} there are: ${listed(own)}.`
      : `There is no control called ${name}. For ${drawing} there are: ${listed(own)}.`,
  );
}

function byHint(deps: Catalogue, drawing: string, hint: HintName): Control {
  const own = controlsOf(deps, drawing);
  const [found] = own.filter(({ manifest }) => manifest.hint.includes(hint));
  if (found) return found;
  if (hint === 'none' && own.length > 0) {
    if (own.length === 1) return own[0]!;
    throw new AppError(
      'invalid_request',
      `Say which control the hint is for. For ${drawing} there are: ${listed(own)}.`,
    );
  }
  throw new AppError(
    'model_missing',
    `No control for ${hint === 'none' ? 'pictures' : `${hint} hints`} is installed for ${drawing}. Installed for it: ${listed(own)}. Put a folder with a model.json of kind "control" into the models folder.`,
  );
}

/** A hint that a control was not trained on is allowed, and may disappoint. */
function noteOf({ ref, manifest }: Control, hint: string): string[] {
  if (hint === 'none' || manifest.hint.includes(hint)) return [];
  return [`${ref.name} was trained on ${manifest.hint.join(', ')} hints; a ${hint} hint may not be followed.`];
}
