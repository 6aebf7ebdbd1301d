/** What every painter is measured on, and how: photographs and scenes, six styles, and whether both are found again. */
import { fileURLToPath } from 'node:url';
import type { Picture } from '../../src/core/picture.ts';
import { luma } from '../metrics/luma.ts';
import type { Maps } from '../metrics/perceptual.ts';
import { ssim } from '../metrics/ssim.ts';
import { styleDistance } from '../metrics/style-distance.ts';
import type { EvaluationDeps, Figure } from './evaluation.ts';
import { openFeatures } from './features.ts';
import { readHeldOut } from './held-out.ts';
import { cutSheet, mean, resized } from './making.ts';
import { drawScene } from './scene.ts';
import { openSprites } from './sprites.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Sides of contents and styles, and of what the feature net is shown of them. */
export const SIDE = 256;
const SEEN_SIDE = 128;
/** Of the style pictures as they are drawn, and as the brushes know them. */
const DRAWN_SIDE = 512;

/** The style pictures of models/recipes/style/styles.py; glass and ink were never shown to any-style. */
export const STYLES = ['mosaic', 'night-wind', 'ink', 'waves', 'glass', 'dots'] as const;
export const NEVER_SHOWN: readonly string[] = ['glass', 'ink'];

export interface Painted {
  content: number;
  style: number;
  picture: Picture;
}

export interface Easel {
  /** Three photographs, the first never trained on, then scenes of the held-out captions. */
  contents: readonly Picture[];
  styles: readonly Picture[];
  /** A brush's strokes are of one size, whatever the picture's: it is held against the styles as they were drawn, all others against `styles`. */
  measure(painted: readonly Painted[], strokes?: 'as drawn'): Promise<Figure[]>;
  release(): Promise<void>;
}

export async function openEasel({ catalogue, device }: EvaluationDeps, count: number): Promise<Easel> {
  const heldOut = readHeldOut();
  const sprites = await openSprites(heldOut);
  const photographs = await Promise.all((await cutSheet(file('photographs.webp'), 512)).map((p) => resized(p, SIDE)));
  // One kind of scene after another, so that no two look alike.
  const scenes = Array.from({ length: count - photographs.length }, (_, i) => heldOut.scenes[i * 7]!);
  const drawn = await Promise.all(scenes.map((scene) => resized(drawScene(heldOut, sprites, scene), SIDE)));
  const contents = [...photographs, ...drawn];
  const stylesDrawn = await cutSheet(file('styles.webp'), DRAWN_SIDE);
  const styles = await Promise.all(stylesDrawn.map((style) => resized(style, SIDE)));
  const features = await openFeatures(catalogue, device);

  const see = async (picture: Picture): Promise<Maps[]> => features.maps(await resized(picture, SEEN_SIDE));
  const colours = ({ data, width, height }: Picture): Maps => {
    const places = width * height;
    const planes = new Float32Array(4 * places).fill(1);
    for (let i = 0; i < 3 * places; i++) planes[(i % 3) * places + Math.floor(i / 3)] = data[i]! / 127.5 - 1;
    return { channels: 4, data: planes };
  };
  const textureOf = async (picture: Picture) => [colours(picture), ...(await features.maps(picture))];

  return {
    contents,
    styles,
    async measure(painted, strokes) {
      // Strokes are as large as the painter saw them: but for brushes, styles are in the size of what was painted.
      const side = painted[0]!.picture.width;
      const scaled = strokes ? stylesDrawn : await Promise.all(styles.map((style) => resized(style, side)));
      const ofStyle = await Promise.all(scaled.map(textureOf));
      const ofContent = await Promise.all(contents.map(see));
      const shades = await Promise.all(contents.map(shadeOf));
      const before = new Map<number, Maps[]>();
      const [after, untouched, alike, styleFound, contentFound, shadeFound]: number[][] = [[], [], [], [], [], []];
      for (const { content, style, picture } of painted) {
        if (!before.has(content)) before.set(content, await textureOf(await resized(contents[content]!, side)));
        const texture = await textureOf(picture);
        const away = ofStyle.map((of) => styleDistance(texture, of));
        const seen = await see(picture);
        const shade = await shadeOf(picture);
        const agreed = shades.map((of) => correlation(shade, of));
        const lost = ofContent.map((of) => features.distance(seen.slice(2), of.slice(2)));
        after!.push(away[style]!);
        untouched!.push(styleDistance(before.get(content)!, ofStyle[style]!));
        alike!.push(ssim(picture, await resized(contents[content]!, side)));
        styleFound!.push(Number(away.indexOf(Math.min(...away)) === style));
        shadeFound!.push(Number(agreed.indexOf(Math.max(...agreed)) === content));
        contentFound!.push(Number(lost.indexOf(Math.min(...lost)) === content));
      }
      const n = painted.length;
      return [
        { name: 'style distance', value: mean(after!), beside: { unpainted: mean(untouched!) }, unit: '', n },
        { name: `own style nearest of ${styles.length}`, value: 100 * mean(styleFound!), unit: '%', n },
        {
          name: `own content nearest of ${contents.length} by light and shade`,
          value: 100 * mean(shadeFound!),
          beside: { 'by the feature net': 100 * mean(contentFound!) },
          unit: '%',
          n,
        },
        { name: 'SSIM with the content', value: mean(alike!), unit: '', n },
      ];
    },
    release: () => features.release(),
  };
}

/** Brightness in cells, 24 to a side: what remains of a content whatever the strokes. */
const shadeOf = async (picture: Picture): Promise<Float32Array> => luma(await resized(picture, 24));

function correlation(a: Float32Array, b: Float32Array): number {
  const [ma, mb] = [mean([...a]), mean([...b])];
  let [ab, aa, bb] = [0, 1e-6, 1e-6];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
