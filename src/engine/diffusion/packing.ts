/** Latents as FLUX takes them: a token for every square of 2 × 2 latent pixels. */
import type { Latent } from '../tensor.ts';

export interface LatentSize {
  channels: number;
  height: number;
  width: number;
}

/** [channels, height, width] → [height/2 · width/2, 4·channels]; within a token: channel, row, column. */
export function pack(latent: Latent, size: LatentSize): Latent {
  const out = new Float32Array(latent.length);
  each(size, (from, to) => {
    out[to] = latent[from]!;
  });
  return out;
}

/** The way back. */
export function unpack(tokens: Latent, size: LatentSize): Latent {
  const out = new Float32Array(tokens.length);
  each(size, (from, to) => {
    out[from] = tokens[to]!;
  });
  return out;
}

function each({ channels, height, width }: LatentSize, visit: (latent: number, packed: number) => void): void {
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const token = (y >> 1) * (width >> 1) + (x >> 1);
        visit((c * height + y) * width + x, token * 4 * channels + c * 4 + (y & 1) * 2 + (x & 1));
      }
}

/** Where each token stands: [height/2 · width/2, 3] of (0, row, column). */
export function imageIds(height: number, width: number): Float32Array {
  const [rows, columns] = [height >> 1, width >> 1];
  return Float32Array.from({ length: rows * columns * 3 }, (_, i) => {
    const token = Math.floor(i / 3);
    return [0, Math.floor(token / columns), token % columns][i % 3]!;
  });
}
