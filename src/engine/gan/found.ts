import type { FacePoint } from '../../core/face-recipe.ts';
import type { Latent } from '../tensor.ts';

export type Projection = NonNullable<FacePoint['projection']>;

const REMEMBERED = 16;

/** The w+ of the last few pictures that were looked for; as long as their network stays open. */
export interface Found {
  get(projection: Projection): Latent | undefined;
  keep(projection: Projection, rows: Latent): void;
}

export function createFound(): Found {
  const found = new Map<string, Latent>();
  const keyOf = ({ picture, steps }: Projection) => `${picture.sha256} ${steps}`;
  return {
    get: (projection) => found.get(keyOf(projection)),
    keep(projection, rows) {
      found.set(keyOf(projection), rows);
      if (found.size > REMEMBERED) found.delete(found.keys().next().value!);
    },
  };
}
