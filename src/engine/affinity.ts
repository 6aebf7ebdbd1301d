/** Which engine process a job goes to. */
import type { EngineChild } from './child.ts';

/**
 * One with a free place that holds the most of the job's models, and of those the idlest; where no place is free, the
 * idlest: opening a model takes seconds, and so does waiting.
 */
export function chooseChild<C extends Pick<EngineChild, 'load' | 'describe'>>(
  children: readonly C[],
  models: readonly string[],
): C {
  const rated = children.map((child) => {
    const { jobs, models: held } = child.describe();
    const load = child.load();
    return { child, load, holds: load < jobs ? models.filter((name) => held.includes(name)).length : -1 };
  });
  return rated.reduce((a, b) => (b.holds > a.holds || (b.holds === a.holds && b.load < a.load) ? b : a)).child;
}
