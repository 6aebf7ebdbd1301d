/** An engine function from one kind of Recipe to images. */
import type { GenerateContext, Made } from '../core/picture.ts';
import type { Recipe, RecipeOf } from '../core/recipe.ts';
import type { Catalogue } from './catalogue.ts';
import type { Keeping } from './keeping.ts';
import type { Clock } from './network.ts';
import type { OpenModel } from './opening.ts';

export interface Job extends Pick<GenerateContext, 'signal' | 'onProgress' | 'load'> {
  catalogue: Catalogue;
  clock: Clock;
  open: OpenModel;
  /** To be called whenever a step, a tile or a picture is done. */
  onBeat: () => void;
  /** Where a long job writes down how to go on, and finds what an earlier attempt wrote. */
  keeping?: Keeping;
}

export type Pipeline<K extends Recipe['kind']> = (recipe: RecipeOf<K>, job: Job) => Promise<Made[]>;
