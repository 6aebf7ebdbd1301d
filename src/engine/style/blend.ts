/** Between a picture and what became of it. */
import type { Picture } from '../../core/picture.ts';

export interface Blend {
  /** 0 leaves the picture as it is, 1 takes all of the other. */
  strength: number;
  /** How much of that each pixel takes, 0…1, row by row; absent: all. */
  mask?: Float32Array | undefined;
}

/** Both of one size. (1 − share) · content + share · stylized; where the share is 0 or 1, to the bit. */
export function blend(content: Picture, stylized: Picture, { strength, mask }: Blend): Picture {
  if (strength === 1 && !mask) return stylized;
  const data = new Uint8Array(content.data.length);
  for (let pixel = 0, i = 0; i < data.length; pixel++) {
    const share = mask ? strength * mask[pixel]! : strength;
    for (const end = i + 3; i < end; i++)
      data[i] = Math.round(content.data[i]! + share * (stylized.data[i]! - content.data[i]!));
  }
  return { ...content, data };
}
