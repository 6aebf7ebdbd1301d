/** What a job needs in memory. */
import { ModelRef, type Recipe } from '../core/recipe.ts';

/** Every model a recipe names, each once: wherever in it one stands. */
export function modelRefsOf(recipe: Recipe): ModelRef[] {
  const found = new Map<string, ModelRef>();
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    const ref = ModelRef.safeParse(value);
    if (ref.success) found.set(ref.data.sha256, ref.data);
    else for (const inner of Object.values(value)) visit(inner);
  };
  visit(recipe);
  return [...found.values()];
}

export const modelsOf = (recipe: Recipe): string[] => modelRefsOf(recipe).map(({ name }) => name);
