/**
 * Flat colours, one per region. Regions are superpixels merged where their colours touch and are alike; they carry no
 * names. A ControlNet trained on named classes (ADE20K) reads a class into every colour: hand it a class map with the
 * hint `none` instead. Superpixels: Achanta et al. 2012; merging by the weakest border first: Felzenszwalb &
 * Huttenlocher 2004, with the distance of mean colours as the border.
 */
import type { Picture } from '../../../core/picture.ts';
import { apart, type Lab, toLab } from '../lab.ts';
import { meansOf, type Regions, superpixels } from '../superpixels.ts';

export interface SegmentationOptions {
  /** How many superpixels to begin with. */
  pieces: number;
  /** Distance of colours (ΔE) up to which neighbours are one region. */
  alike: number;
}

export function segmentation(picture: Picture, options: Partial<SegmentationOptions> = {}): Picture {
  const { pieces = 400, alike = 12 } = options;
  const regions = superpixels(picture, pieces);
  const merged = merge(meansOf(picture, regions), neighbours(regions, picture.width), alike);
  const colours = paint(merged);
  const data = new Uint8Array(3 * regions.labels.length);
  for (let i = 0; i < regions.labels.length; i++) data.set(colours[merged.owner[regions.labels[i]!]!]!, 3 * i);
  return { width: picture.width, height: picture.height, data };
}

function neighbours({ labels, count }: Regions, width: number): Set<number>[] {
  const beside = Array.from({ length: count }, () => new Set<number>());
  const touch = (p: number, q: number) => void (p !== q && beside[p]!.add(q) && beside[q]!.add(p));
  for (let i = 0; i < labels.length; i++) {
    if (i % width > 0) touch(labels[i]!, labels[i - 1]!);
    if (i >= width) touch(labels[i]!, labels[i - width]!);
  }
  return beside;
}

interface Merged {
  /** The region that took each superpixel in; itself where none did. */
  owner: number[];
  means: { colour: Lab; size: number }[];
  beside: Set<number>[];
}

/** Joins the two most alike neighbours until none are alike enough. */
function merge(means: Merged['means'], beside: Set<number>[], alike: number): Merged {
  const owner = means.map((_, i) => i);
  for (;;) {
    let [least, keep, gone] = [alike ** 2, -1, -1];
    for (const [p, around] of beside.entries())
      for (const q of around) {
        const distance = p < q ? apart(means[p]!.colour, means[q]!.colour) : Number.POSITIVE_INFINITY;
        if (distance < least) [least, keep, gone] = [distance, p, q];
      }
    if (keep < 0) return { owner, means, beside };
    const [a, b] = [means[keep]!, means[gone]!];
    const size = a.size + b.size;
    const mean = (c: 0 | 1 | 2) => (a.colour[c] * a.size + b.colour[c] * b.size) / size;
    means[keep] = { colour: [mean(0), mean(1), mean(2)], size };
    for (const [i, of] of owner.entries()) if (of === gone) owner[i] = keep;
    for (const other of beside[gone]!) {
      beside[other]!.delete(gone);
      if (other !== keep) beside[keep]!.add(other) && beside[other]!.add(keep);
    }
    beside[gone]!.clear();
  }
}

/** Large regions choose first; each takes the palette's colour nearest to its own that no neighbour has. */
function paint({ owner, means, beside }: Merged): Record<number, Uint8Array> {
  const chosen: Record<number, number> = {};
  const order = [...new Set(owner)].sort((p, q) => means[q]!.size - means[p]!.size || p - q);
  for (const region of order) {
    const taken = new Set([...beside[region]!].map((other) => chosen[other]));
    const free = PALETTE.map((_, k) => k).filter((k) => !taken.has(k));
    const from = (k: number) => apart(means[region]!.colour, PALETTE_LAB[k]!);
    chosen[region] = (free.length > 0 ? free : [0]).reduce((best, k) => (from(k) < from(best) ? k : best));
  }
  return Object.fromEntries(Object.entries(chosen).map(([region, k]) => [region, Uint8Array.from(PALETTE[k]!)]));
}

/** Every mixture of none, half and all of red, green and blue: 27 colours nobody confuses. */
const PALETTE = Array.from({ length: 27 }, (_, k) => [1, 3, 9].map((unit) => [0, 128, 255][Math.floor(k / unit) % 3]!));
const PALETTE_LAB = PALETTE.map(([r, g, b]) => toLab(r!, g!, b!));
