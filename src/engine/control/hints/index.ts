/** Ways to make a hint of a picture without a network. */
import type { Picture } from '../../../core/picture.ts';
import { canny } from './canny.ts';
import { lineArt } from './line-art.ts';
import { scribble } from './scribble.ts';
import { segmentation } from './segmentation.ts';
import { silhouette } from './silhouette.ts';
import { softEdge } from './soft-edge.ts';

/** Of the same size, and the same for the same picture. */
export type HintMaker = (picture: Picture) => Picture;

const same: HintMaker = (picture) => picture;

export const hintMakers = {
  canny: (picture) => canny(picture),
  scribble: (picture) => scribble(picture),
  softedge: (picture) => softEdge(picture),
  lineart: (picture) => lineArt(picture),
  segmentation: (picture) => segmentation(picture),
  silhouette: (picture) => silhouette(picture),
  /** For models that look at the picture itself: IP-Adapter. */
  picture: same,
  /** The picture is a hint already. */
  none: same,
} satisfies Record<string, HintMaker>;
