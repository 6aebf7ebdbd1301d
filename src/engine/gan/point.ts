/** From a point of a recipe to what the network draws: w+ = mix(truncate(map(seed))) + edits. */

import { AppError } from '../../core/errors.ts';
import type { FacePoint } from '../../core/face-recipe.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { Clock } from '../network.ts';
import type { Latent } from '../tensor.ts';
import { faceSeed } from './draws.ts';
import type { Projection } from './found.ts';
import type { Generator, LatentFace } from './generator.ts';
import { edited, mixed, repeated, truncated } from './w-plus.ts';

export interface PointDeps {
  generator: Pick<Generator, 'manifest' | 'meanW' | 'directions' | 'drawsOf' | 'map'>;
  clock: Clock;
  /** The w+ of the face most like a picture, [layers · wWidth]. */
  find: (projection: Projection) => Promise<Latent>;
}

/** Where image i of a recipe lies. */
export const pointOf = (
  { seed, truncation, edits, mixes, projection }: RecipeOf<'face'>,
  index: number,
): FacePoint => ({ seed: faceSeed(seed, index), truncation, edits, mixes, ...(projection && { projection }) });

/** A face found for a picture has no grain of its own: its noise is 0. */
export async function latentOf({ generator, clock, find }: PointDeps, point: FacePoint): Promise<LatentFace> {
  const { manifest, meanW, directions } = generator;
  const { layers, wWidth } = manifest;
  const { seed, truncation, mixes, edits, projection } = point;
  const own = generator.drawsOf(seed);
  const rowsOf = async (z: Latent) => repeated(await generator.map(z, clock), layers);

  let rows = truncated(truncation, meanW, projection ? await find(projection) : await rowsOf(own.z));
  for (const { seed, layers } of mixes) {
    const other = truncated(truncation, meanW, await rowsOf(generator.drawsOf(seed).z));
    rows = mixed(rows, other, layers, wWidth);
  }
  // By label, not as written: a database may keep the keys in another order, and sums depend on it in their last bit.
  for (const label of Object.keys(edits).sort()) {
    const direction = directions.get(label);
    if (!direction) throw new AppError('internal', `A face was planned with an attribute its model lacks: ${label}.`);
    rows = edited(rows, direction, edits[label]!);
  }
  return { rows, noise: projection ? new Float32Array(own.noise.length) : own.noise };
}
