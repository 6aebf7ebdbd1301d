/** States that a job writes down on its way, so that another process can go on with it should this one die. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../core/log.ts';
import type { GenerateContext } from '../core/picture.ts';
import type { Recipe } from '../core/recipe.ts';
import { fromBytes, toBytes } from './plain-bytes.ts';

export interface Keeping {
  /** What an earlier attempt kept, of this very recipe on an engine that computes the same bytes. To be parsed. */
  restored: unknown;
  /** To be told whenever the work could go on from here: writes down what `state` answers, every few seconds. */
  keep(state: () => unknown): void;
  /** A good place to go on from, such as the end of a pass: written down unless the last time was just now. */
  mark(state: () => unknown): void;
}

export const NOTHING_KEPT: Keeping = { restored: undefined, keep: () => {}, mark: () => {} };

const EVERY_MS = 3000;
/** Large states are written down less often. */
const BYTES_PER_MS = 1000;

const Kept = z.object({ recipe: z.string(), fingerprint: z.string(), state: z.unknown() });

interface Deps {
  log: Logger;
  fingerprint: string;
  /** Between two states. */
  everyMs?: number | undefined;
}

export function createKeeping(
  { log, fingerprint, everyMs = EVERY_MS }: Deps,
  recipe: Recipe,
  { resume, onCheckpoint }: Pick<GenerateContext, 'resume' | 'onCheckpoint'>,
): Keeping {
  if (!resume && !onCheckpoint) return NOTHING_KEPT;
  const bound = { recipe: hashOf(recipe), fingerprint };
  let last = performance.now();
  const write = (pauseMs: number, state: () => unknown) => {
    const now = performance.now();
    if (!onCheckpoint || now - last < pauseMs) return;
    const bytes = toBytes({ ...bound, state: state() });
    onCheckpoint(bytes);
    last = now + (everyMs > 0 ? bytes.length / BYTES_PER_MS : 0);
  };
  return {
    restored: resume && restore(resume, bound, log),
    keep: (state) => write(everyMs, state),
    mark: (state) => write(everyMs / 3, state),
  };
}

function restore(bytes: Uint8Array, bound: Omit<z.infer<typeof Kept>, 'state'>, log: Logger): unknown {
  const leave = (reason: string) => {
    log.warn({ reason }, 'a state to go on from is left aside, the job begins anew');
    return undefined;
  };
  try {
    const { recipe, fingerprint, state } = Kept.parse(fromBytes(bytes));
    if (recipe !== bound.recipe) return leave('it is of another recipe');
    if (fingerprint !== bound.fingerprint) return leave(`it is of another engine: ${fingerprint}`);
    return state;
  } catch (error) {
    return leave(String(error));
  }
}

/** Equal for equal recipes, in whichever order their fields were written down. */
const hashOf = (recipe: Recipe): string => createHash('sha256').update(JSON.stringify(recipe, sorted)).digest('hex');

const sorted = (_: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
