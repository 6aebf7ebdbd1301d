/** The picture's own colours in a stylized one. Gatys et al. 2016, "Preserving color in neural artistic style transfer". */

import type { ColourKeeping } from '../../core/filter-request.ts';
import type { Picture } from '../../core/picture.ts';
import { matchHistograms } from './histogram.ts';
import { luminance } from './luminance.ts';

/** Both of one size. What is kept of the stylized picture: everything, its lightness, or the order of its values. */
export const keepColours = (content: Picture, stylized: Picture, how: ColourKeeping): Picture =>
  KEEPING[how](content, stylized);

const KEEPING: { readonly [K in ColourKeeping]: (content: Picture, stylized: Picture) => Picture } = {
  no: (_, stylized) => stylized,
  luminance: lightnessOnly,
  histogram: (content, stylized) => matchHistograms(stylized, content),
};

/**
 * The stylized picture's luminance with the content's colour differences (I and Q of YIQ). Where these do not fit
 * between black and white at that lightness they are shrunk together: the hue stays, and so does the luminance.
 */
function lightnessOnly(content: Picture, stylized: Picture): Picture {
  const out = new Uint8ClampedArray(content.data.length);
  for (let i = 0; i < out.length; i += 3) {
    const [own, wanted] = [luminance(content.data, i), luminance(stylized.data, i)];
    let fits = 1;
    for (let c = i; c < i + 3; c++) {
      const off = content.data[c]! - own;
      if (off !== 0) fits = Math.min(fits, (off > 0 ? 255 - wanted : -wanted) / off);
    }
    for (let c = i; c < i + 3; c++) out[c] = wanted + fits * (content.data[c]! - own);
  }
  return { ...content, data: new Uint8Array(out.buffer) };
}
