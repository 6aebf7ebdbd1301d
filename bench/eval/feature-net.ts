/** The feature net at its two works: painting by optimisation (Gatys), and telling a varied set from a dull one. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { openNetwork } from '../../src/engine/network.ts';
import { toPlanes } from '../../src/engine/pixels.ts';
import { gatysSettings } from '../../src/engine/planning/gatys.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { inceptionScore, softmax } from '../metrics/inception-score.ts';
import type { Evaluate, EvaluationDeps, Figure } from './evaluation.ts';
import { readHeldOut } from './held-out.ts';
import { createMaker, held, resized } from './making.ts';
import { openEasel, type Painted, STYLES } from './painting.ts';
import { openSprites, type Sprite } from './sprites.ts';

/** What only measuring needs of the manifest. */
const Naming = z.object({
  graph: z.object({ file: z.string() }),
  concepts: z.object({ file: z.string(), size: z.number().int() }),
});

const PAINTED_SIDE = 128;
const SCORED_SIDE = 64;

export const evaluateFeatures: Evaluate = async (deps, { count = 3 }) => {
  const { manifest, ref } = deps.installed;
  if (!isOfKind(manifest, 'features')) throw new AppError('internal', `${ref.name} has no maps.`);
  const easel = await openEasel(deps, Math.max(count, 3));
  const make = createMaker(deps.engine);
  const styles = await Promise.all(easel.styles.map(held));
  const contents = await Promise.all(easel.contents.slice(0, count).map((p) => resized(p, PAINTED_SIDE)));
  const painted: Painted[] = [];
  for (const [content, picture] of contents.entries()) {
    const source = await held(picture);
    const { passes: _, ...settings } = gatysSettings(source.stored);
    for (const [style, of] of styles.entries()) {
      const recipe: RecipeOf<'gatys'> = {
        ...{ v: 1, kind: 'gatys', model: ref, source: source.stored, seed: 0, strength: 1, keepColours: 'no' },
        ...settings,
        styles: [{ picture: of.stored, weight: 1 }],
      };
      const [made] = await make(recipe, [source, of]);
      painted.push({ content, style, picture: made! });
      deps.say(`content ${content + 1} as ${STYLES[style]}`);
    }
  }
  const figures = (await easel.measure(painted)).filter(({ name }) => !name.startsWith('SSIM'));
  await easel.release();
  const blank: Picture = {
    width: PAINTED_SIDE,
    height: PAINTED_SIDE,
    data: new Uint8Array(3 * PAINTED_SIDE ** 2).fill(255),
  };
  const head = await Promise.all(easel.styles.map((style) => resized(style, PAINTED_SIDE)));
  const rows = contents.flatMap((content, c) => [
    content,
    ...painted.filter((p) => p.content === c).map(({ picture }) => picture),
  ]);
  return {
    figures: [...figures.map((f) => ({ ...f, name: `Gatys: ${f.name}` })), await varietyOf(deps)],
    conditions: `Gatys' optimisation as it is set by default, ${PAINTED_SIDE} px, strength 1, three photographs in six styles, measured on the same feature net; Inception-score proxy of the sticker model's subjects, most of which it learnt from`,
    sheet: { pictures: [blank, ...head, ...rows], columns: 7 },
  };
};

/** The Inception-score proxy of all subjects, beside that of one subject under noise and of noise alone. */
async function varietyOf({ device, installed: { folder } }: EvaluationDeps): Promise<Figure> {
  const { concepts, graph } = Naming.parse(JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')));
  const { file, size } = concepts;
  const heldOut = readHeldOut();
  const sprites = await openSprites(heldOut);
  const [net, naming] = await Promise.all([graph.file, file].map((f) => openNetwork(device, join(folder, f))));
  const clock = { runMs: 0 };
  const score = async (pictures: readonly Picture[]): Promise<number> => {
    const rows: Float64Array[] = [];
    for (const picture of pictures) {
      const data = toPlanes(picture, 0, 0, size, size, [-1, 1]);
      const { relu4_2 } = await net!.run({ image: { data, dims: [1, 3, size, size] } }, clock);
      const { logits } = await naming!.run({ relu4_2: { data: relu4_2!, dims: [1, 256, size / 8, size / 8] } }, clock);
      rows.push(softmax(logits!));
    }
    return inceptionScore(rows);
  };
  const random = createGenerator(0);
  const grain = (amount: number, picture: Picture): Picture => {
    const noise = random.randn(picture.data.length);
    return { ...picture, data: picture.data.map((v, i) => Math.min(255, Math.max(0, v + amount * noise[i]!))) };
  };
  const subjects = await Promise.all(
    sprites.subjects.map(async (subject) =>
      resized(
        onWhite(
          sprites.get(subject, 'flat', heldOut.sheet.large, '') ?? sprites.get(subject, '3d', heldOut.sheet.large, '')!,
        ),
        SCORED_SIDE,
      ),
    ),
  );
  const grey = { width: SCORED_SIDE, height: SCORED_SIDE, data: new Uint8Array(3 * SCORED_SIDE ** 2).fill(128) };
  const value = await score(subjects);
  const beside = {
    'one subject, a little noise': await score(subjects.map(() => grain(6, subjects[0]!))),
    'noise alone': await score(subjects.map(() => grain(60, grey))),
  };
  await Promise.all([net!.release(), naming!.release()]);
  return { name: 'IS-proxy', value, beside, unit: '', n: subjects.length };
}

function onWhite({ side, data }: Sprite): Picture {
  const out = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++)
    for (let c = 0; c < 3; c++) out[3 * i + c] = 255 + (data[4 * i + 3]! / 255) * (data[4 * i + c]! - 255);
  return { width: side, height: side, data: out };
}
