import type { ModelRef } from '../../core/recipe.ts';
import type { Job } from '../pipeline.ts';
import { type Generator, openGenerator } from './generator.ts';

/** The network of a recipe, on the shelf. */
export const generatorOf = ({ open, catalogue }: Job, model: ModelRef): Promise<Generator> =>
  open(catalogue.get('gan', model), openGenerator);
