/** The subjects as they were drawn for the training, and their tinted versions: what the judge compares with. */
import sharp from 'sharp';
import { type HeldOut, SPRITE_SHEET } from './held-out.ts';

/** RGBA, 0–255, straight alpha, side × side. */
export interface Sprite {
  side: number;
  data: Float32Array;
}

export interface Sprites {
  subjects: readonly string[];
  styles: readonly string[];
  /** Undefined where no set draws the subject in that style. An empty tint leaves it as it is. */
  get(subject: string, style: string, side: number, tint: string): Sprite | undefined;
}

export async function openSprites({ sheet, tints }: HeldOut): Promise<Sprites> {
  const { data, info } = await sharp(SPRITE_SHEET).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const rows = Math.ceil(sheet.sprites.length / sheet.columns);
  const known = new Map<string, Sprite>();
  for (const [i, [subject, style]] of sheet.sprites.entries())
    for (const side of [sheet.large, sheet.small]) {
      const top = (side === sheet.large ? 0 : rows * sheet.large) + Math.floor(i / sheet.columns) * side;
      const left = (i % sheet.columns) * side;
      const sprite = new Float32Array(side * side * 4);
      for (let y = 0; y < side; y++)
        for (let x = 0; x < 4 * side; x++) sprite[y * side * 4 + x] = data[((top + y) * info.width + left) * 4 + x]!;
      known.set(`${subject} ${style} ${side} `, { side, data: sprite });
    }
  return {
    subjects: [...new Set(sheet.sprites.map(([subject]) => subject))],
    styles: [...new Set(sheet.sprites.map(([, style]) => style))],
    get(subject, style, side, tint) {
      const key = `${subject} ${style} ${side} ${tint}`;
      const plain = known.get(`${subject} ${style} ${side} `);
      if (plain && !known.has(key)) known.set(key, tinted(plain, tints[tint]!));
      return known.get(key);
    },
  };
}

/** models/recipes/scenes.py, `tinted`: brightness relative to the sprite's own becomes a ramp black – colour – white. */
function tinted({ side, data }: Sprite, colour: readonly number[]): Sprite {
  let [sum, weight] = [0, 0];
  const light = new Float32Array(side * side);
  for (let i = 0; i < light.length; i++) {
    light[i] = 0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!;
    sum += light[i]! * data[4 * i + 3]!;
    weight += data[4 * i + 3]!;
  }
  const mean = Math.min(235, Math.max(60, sum / Math.max(1, weight)));
  const out = Float32Array.from(data);
  for (let i = 0; i < light.length; i++) {
    const dark = Math.min(1, Math.max(0, light[i]! / mean)) ** 1.2;
    const bright = Math.min(1, Math.max(0, (light[i]! - mean) / (255 - mean))) * Math.min(0.75, (255 - mean) / 130);
    for (let c = 0; c < 3; c++) {
      const shade = colour[c]! * dark;
      out[4 * i + c] = shade + (255 - shade) * bright;
    }
  }
  return { side, data: out };
}
