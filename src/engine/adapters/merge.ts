/** Adds a LoRA's product to a weight, in float32. */
import { AppError } from '../../core/errors.ts';
import type { Layer } from './layers.ts';
import type { Change, Lora } from './lora.ts';

/** W += weight · scale · up · down, in the order the graph stores W. Throws invalid_request when the shapes differ. */
export async function addChange(
  values: Float32Array,
  layer: Layer,
  { file }: Lora,
  change: Change,
  weight: number,
): Promise<void> {
  const [out, ...inner] = layer.shape;
  const columns = inner.reduce((product, side) => product * side, 1);
  const [up, low] = [await file.floats(change.up), await lowHalf({ file }, change)];
  const rows = up.length / change.rank;
  if (rows !== out || low.length !== change.rank * columns)
    throw new AppError(
      'invalid_request',
      `The LoRA ${file.label} was made for another kind of model: ${change.down} changes a layer of ` +
        `${rows}×${low.length / change.rank}, and ${layer.path} is ${out}×${columns} here.`,
    );
  const factor = weight * change.scale;
  for (let i = 0; i < up.length; i++) up[i] = up[i]! * factor;
  if (layer.transposed)
    addProduct(
      values,
      transposed(low, change.rank, columns),
      transposed(up, rows, change.rank),
      columns,
      change.rank,
      rows,
    );
  else addProduct(values, up, low, rows, change.rank, columns);
}

/** [rank, in × kernel]: `down`, or what `mid` makes of it. */
async function lowHalf({ file }: Pick<Lora, 'file'>, { down, mid, rank }: Change): Promise<Float32Array> {
  const low = await file.floats(down);
  if (!mid) return low;
  const core = await file.floats(mid); // [rank, rank, kernel]
  const [kernel, inputs] = [core.length / rank ** 2, low.length / rank];
  const out = new Float32Array(rank * inputs * kernel);
  for (let a = 0; a < rank; a++)
    for (let b = 0; b < rank; b++)
      for (let i = 0; i < inputs; i++)
        for (let k = 0; k < kernel; k++)
          out[(a * inputs + i) * kernel + k]! += core[(a * rank + b) * kernel + k]! * low[b * inputs + i]!;
  return out;
}

/** values[rows, columns] += a[rows, rank] · b[rank, columns]. */
function addProduct(
  values: Float32Array,
  a: Float32Array,
  b: Float32Array,
  rows: number,
  rank: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let r = 0; r < rank; r++) {
      const factor = a[row * rank + r]!;
      if (factor === 0) continue;
      const [to, from] = [row * columns, r * columns];
      for (let i = 0; i < columns; i++) values[to + i]! += factor * b[from + i]!;
    }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  return out;
}
