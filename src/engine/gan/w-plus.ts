/** The latent space w+: one row of w for every layer, [layers · width], row by row. Abdal et al. 2019. */
import { AppError } from '../../core/errors.ts';
import type { LayerGroup } from '../../core/face-request.ts';
import type { Latent } from '../tensor.ts';

/** First and last row, both included. */
export type Layers = readonly [first: number, last: number];

/** The same w for every layer. */
export function repeated(w: Latent, layers: number): Latent {
  const rows = new Float32Array(w.length * layers);
  for (let layer = 0; layer < layers; layer++) rows.set(w, layer * w.length);
  return rows;
}

/** w̄ + ψ·(w − w̄) for every row: 1 leaves it as it is, 0 is the mean face. Karras et al. 2019, section B. */
export function truncated(psi: number, mean: Latent, rows: Latent): Latent {
  if (psi === 1) return rows;
  return rows.map((v, i) => {
    const middle = mean[i % mean.length]!;
    return middle + psi * (v - middle);
  });
}

/** The rows of `other` at these layers, those of `rows` at all others. Karras et al. 2019, section 3.1. */
export function mixed(rows: Latent, other: Latent, [first, last]: Layers, width: number): Latent {
  const out = rows.slice();
  out.set(other.subarray(first * width, (last + 1) * width), first * width);
  return out;
}

/** Every row moved so far along a direction of w. */
export const edited = (rows: Latent, direction: Latent, amount: number): Latent =>
  amount === 0 ? rows : rows.map((v, i) => v + amount * direction[i % direction.length]!);

/** Karras et al. 2019, section 3.1: 4² and 8² pixels, 16² and 32², all above. */
const FIRST = { coarse: 0, middle: 4, fine: 8 } satisfies Record<LayerGroup, number>;

/** Rows by name or by number, of a network of so many. Throws invalid_request for rows it does not have. */
export function layersOf(asked: LayerGroup | Layers, count: number): [number, number] {
  const [first, last] =
    typeof asked === 'string'
      ? [FIRST[asked], asked === 'fine' ? count - 1 : Math.min(FIRST[asked] + 3, count - 1)]
      : asked;
  if (first > last || last >= count)
    throw new AppError(
      'invalid_request',
      `Layers ${typeof asked === 'string' ? asked : `${first} to ${last}`} cannot be mixed: this model has the layers 0 to ${count - 1}.`,
    );
  return [first, last];
}
