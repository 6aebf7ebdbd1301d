/** Fine grey lines on black: where a pixel is darker than its surroundings. Difference of Gaussians, Marr & Hildreth 1980. */
import type { Picture } from '../../../core/picture.ts';
import { blur, channelsOf, createPlane, greyPicture } from '../plane.ts';

export interface LineArtOptions {
  /** What a pixel's surroundings are: σ of the Gaussian, pixels. */
  sigma: number;
  /** Differences up to here, in grey levels, are grain and not lines. */
  grain: number;
}

export function lineArt(picture: Picture, { sigma = 2, grain = 6 }: Partial<LineArtOptions> = {}): Picture {
  const lines = createPlane(picture.width, picture.height);
  for (const channel of channelsOf(picture)) {
    const around = blur(channel, sigma).data;
    for (let i = 0; i < around.length; i++) lines.data[i] = Math.max(lines.data[i]!, around[i]! - channel.data[i]!);
  }
  // The median line becomes half bright, whatever the contrast of the picture.
  const drawn = lines.data.filter((v) => v > grain).sort();
  const unit = 127 / Math.max(16, drawn[drawn.length >> 1] ?? 0);
  lines.data = lines.data.map((v) => (v > grain ? unit * v : 0));
  return greyPicture(lines);
}
