/** A recipe's controls, made ready: models opened, hints drawn when first needed, the right network chosen. */
import { AppError } from '../../core/errors.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import { additionsOf } from '../adapters/of-recipe.ts';
import type { Installed } from '../catalogue.ts';
import type { Checkpoint } from '../diffusion/checkpoint.ts';
import type { ManifestOf } from '../manifest.ts';
import { type ControlDeps, createControlPicture } from './control-picture.ts';
import { controlled, type PredictRow } from './controlled.ts';
import { type Drawer, openOwnUnet } from './own-unet.ts';
import { openSteering } from './steering.ts';

/** What the denoising core calls instead of the checkpoint's own network. */
export async function openControls(
  deps: ControlDeps,
  recipe: Pick<RecipeOf<'imagine'>, 'controls' | 'adapters' | 'embeddings'>,
  checkpoint: Checkpoint,
): Promise<PredictRow> {
  const controls = (recipe.controls ?? [])
    .filter(({ weight, from, to }) => weight !== 0 && from < to)
    .map((control) => ({ control, installed: deps.catalogue.get('control', control.model) }));
  if (controls.length === 0) return checkpoint.predict;
  const drawer = await chooseDrawer(
    deps,
    recipe,
    checkpoint,
    controls.map(({ installed }) => installed),
  );
  const steerings = [];
  for (const { control, installed } of controls) {
    const picture = createControlPicture(deps, control, installed, checkpoint.vae.factor);
    steerings.push(await openSteering(deps, control, installed, { checkpoint, drawer, picture }));
  }
  return controlled(checkpoint.predict, drawer.predict, steerings);
}

/** The diffusion model's own network where it takes what all controls give, else that of one of their folders. */
async function chooseDrawer(
  { catalogue, open }: ControlDeps,
  recipe: Parameters<typeof openControls>[1],
  checkpoint: Checkpoint,
  installed: readonly Installed<ManifestOf<'control'>>[],
): Promise<Drawer> {
  const serves = (drawer: Drawer, owner?: string) => installed.every((control) => takes(drawer, owner, control));
  if (serves(checkpoint)) return checkpoint;
  for (const control of installed) {
    const { unet } = control.manifest;
    if (!unet) continue;
    const { key, additions } = await additionsOf(catalogue, recipe);
    const own = await open(
      control,
      (device) => openOwnUnet(device, control, unet, checkpoint, additions),
      `/${unet}${key}`,
    );
    if (serves(own, control.ref.name)) return own;
  }
  const names = [...new Set(installed.map(({ ref }) => ref.name))];
  throw new AppError(
    'invalid_request',
    names.length === 1
      ? `The control ${names[0]} needs a U-Net with inputs for it: neither the diffusion model has them nor the control's own folder.`
      : `The controls ${names.join(', ')} cannot be used together: no U-Net of theirs has inputs for all. Use one of them.`,
  );
}

/** `owner`: the control in whose folder this network lies. */
function takes({ takes }: Drawer, owner: string | undefined, { manifest }: Installed<ManifestOf<'control'>>): boolean {
  const { form, graph, unet, tokens, name } = manifest;
  const isItsOwn = owner === name || !unet;
  const has = (kind: RegExp) => takes.residuals.some((port) => kind.test(port.name));
  if (form === 't2i-adapter') return has(/^down_intrablock/);
  if (form === 'ip-adapter') return tokens === 'input' ? takes.imageTokens : isItsOwn;
  return graph.file === undefined ? takes.hints !== 0 && isItsOwn : has(/^mid_block/);
}
