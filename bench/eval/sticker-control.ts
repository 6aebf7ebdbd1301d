/** Does a picture follow its hint? Edges of what is drawn against the edges of the picture that the hint was made of. */
import sharp from 'sharp';
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { edgeF1, edgesOf } from '../metrics/edges.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { type HeldOut, readHeldOut } from './held-out.ts';
import { createMaker, held, mean } from './making.ts';
import { openSprites, type Sprites } from './sprites.ts';

const STEPS = 12;
const GUIDANCE = 2;
const SHOWN = 8;

export const evaluateControl: Evaluate = async ({ engine, catalogue, installed, say }, { count = 20 }) => {
  const { manifest, ref } = installed;
  if (!isOfKind(manifest, 'control')) throw new AppError('internal', `${ref.name} steers nothing.`);
  const drawing = catalogue.of('diffusion').find(({ ref }) => manifest.for.includes(ref.name));
  if (!drawing)
    throw new AppError('model_missing', `${ref.name} is for ${manifest.for.join(', ')}, which is not installed.`);
  const { width, height, sampler } = drawing.manifest.defaults;
  const heldOut = readHeldOut();
  const sprites = await openSprites(heldOut);
  const make = createMaker(engine);
  const scores = new Map<string, number[]>();
  const shown: Picture[] = [];
  for (let i = 0; i < count; i++) {
    const { picture, caption } = await displaced(heldOut, sprites, i);
    const source = await held(picture);
    const wanted = edgesOf(picture);
    const plain: RecipeOf<'imagine'> = {
      ...{ v: 1, kind: 'imagine', model: drawing.ref, prompt: caption, negativePrompt: '', seed: i, count: 1 },
      ...{ steps: STEPS, sampler, guidance: GUIDANCE, width, height },
    };
    const note = async (name: string, recipe: RecipeOf<'imagine'>): Promise<Picture> => {
      const [made] = await make(recipe, [source]);
      const score = edgeF1(edgesOf(made!), wanted, width);
      scores.set(name, [...(scores.get(name) ?? []), score]);
      return made!;
    };
    const row = [picture, await note('without', plain)];
    for (const hint of manifest.hint) {
      const control = { model: ref, picture: source.stored, hint, weight: 1, from: 0, to: 1, guess: false };
      row.push(await note(hint, { ...plain, controls: [control] }));
    }
    if (i < SHOWN) shown.push(...row);
    if ((i + 1) % 5 === 0) say(`${i + 1} of ${count} pictures`);
  }
  const without = mean(scores.get('without')!);
  const figures = manifest.hint.map(
    (hint): Figure => ({
      name: `edge F1 with ${hint}`,
      value: mean(scores.get(hint)!),
      beside: { 'without a hint': without, times: mean(scores.get(hint)!) / without },
      unit: '',
      n: count,
    }),
  );
  return {
    figures,
    conditions: `${count} single subjects of 48–111 px anywhere on the canvas, captions silent about place and size, hints made by the engine, ${STEPS} steps of ${sampler}, guidance ${GUIDANCE}; edges within 2 px`,
    sheet: { pictures: shown, columns: 2 * (2 + manifest.hint.length) },
  };
};

/** A subject of any size anywhere, which no caption asks for: place number i, always the same. */
async function displaced({ side, sheet, backgrounds }: HeldOut, sprites: Sprites, i: number) {
  const share = (k: number) => (Math.imul(i * 5 + k + 1, 2654435761) >>> 8) / 2 ** 24;
  const subject = sprites.subjects[Math.floor(share(0) * sprites.subjects.length)]!;
  const [name, ground] = Object.entries(backgrounds)[Math.floor(share(1) * Object.keys(backgrounds).length)]!;
  const sprite = sprites.get(subject, '3d', sheet.large, '') ?? sprites.get(subject, 'flat', sheet.large, '')!;
  const size = 48 + Math.floor(share(2) * 64);
  const [left, top] = [share(3), share(4)].map((s) => Math.floor(s * (side - size + 1)));
  const [r, g, b] = ground;
  const input = await sharp(Buffer.from(Uint8Array.from(sprite.data)), {
    raw: { width: sprite.side, height: sprite.side, channels: 4 },
  })
    .resize(size, size)
    .png()
    .toBuffer();
  const canvas = sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } });
  const data = await canvas.composite([{ input, left, top }]).removeAlpha().raw().toBuffer();
  const picture: Picture = { width: side, height: side, data: new Uint8Array(data) };
  const article = /^[aeiou]/.test(subject) ? 'an' : 'a';
  return { picture, caption: `${article} ${subject} on ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name} background` };
}
