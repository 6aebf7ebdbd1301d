/** The picture a control steers with, and the hint made of it, once per size. */
import type { GenerateContext, Picture } from '../../core/picture.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { Catalogue, Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock, Feed } from '../network.ts';
import type { OpenModel } from '../opening.ts';
import { loadCutout, onWhite } from '../picture-input.ts';
import { toPlanes } from '../pixels.ts';
import { covering, lay } from '../placement.ts';
import { hintPicture } from './hint-picture.ts';

export interface ControlPicture {
  /** As it was handed in, on white. */
  whole(): Promise<Picture>;
  /** [3, factor·height, factor·width] for a latent of that size, in the range the control wants. */
  hint(height: number, width: number): Promise<Feed>;
}

/** One of a recipe's controls. */
export type Control = NonNullable<RecipeOf<'imagine'>['controls']>[number];

/** What a job lends its controls. */
export interface ControlDeps {
  catalogue: Catalogue;
  open: OpenModel;
  load: GenerateContext['load'];
  clock: Clock;
}

/** The picture is cut to the shape of what is drawn first, so that lines are as thin as the network knows them. */
export function createControlPicture(
  deps: ControlDeps,
  { picture: stored, hint }: Control,
  { manifest }: Installed<ManifestOf<'control'>>,
  factor: number,
): ControlPicture {
  let loaded: Promise<Picture> | undefined;
  const hints = new Map<string, Promise<Feed>>();
  const whole = () => {
    loaded ??= loadCutout(deps.load, stored).then(onWhite);
    return loaded;
  };
  const make = async (height: number, width: number): Promise<Feed> => {
    const picture = await whole();
    const canvas = { width: width * factor, height: height * factor };
    const laid = await lay(picture, covering(picture, canvas), canvas, 'edge');
    const made = await hintPicture(deps, laid, hint, deps.clock);
    const data = toPlanes(made, 0, 0, canvas.width, canvas.height, manifest.graph.range);
    return { data, dims: [3, canvas.height, canvas.width] };
  };
  return {
    whole,
    hint(height, width) {
      const key = `${height}×${width}`;
      const hint = hints.get(key) ?? make(height, width);
      hints.set(key, hint);
      return hint;
    },
  };
}
