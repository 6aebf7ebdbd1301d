/** How much each pair of channels occurs together, whatever the place. Gatys et al. 2016, eq. 3, as a mean over places. */
export type Gram = Float32Array;

/** F·Fᵀ / cells of maps F [channels, cells] → [channels, channels]. */
export function gram(maps: Float32Array, channels: number): Gram {
  const cells = maps.length / channels;
  const out = new Float64Array(channels * channels);
  // In blocks of cells, so that what is multiplied stays in the processor's cache.
  for (let from = 0; from < cells; from += BLOCK) {
    const to = Math.min(cells, from + BLOCK);
    for (let i = 0; i < channels; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let a = i * cells + from, b = j * cells + from; a < i * cells + to; a++, b++) sum += maps[a]! * maps[b]!;
        out[i * channels + j]! += sum;
      }
  }
  for (let i = 0; i < channels; i++) for (let j = 0; j < i; j++) out[j * channels + i] = out[i * channels + j]!;
  return Float32Array.from(out, (sum) => sum / cells);
}

const BLOCK = 512;

/** A picture's planes [3, cells] with a plane of ones: their products with it are the mean colour. */
export function withOne(planes: Float32Array): Float32Array {
  const out = new Float32Array((planes.length / 3) * 4).fill(1);
  out.set(planes);
  return out;
}
