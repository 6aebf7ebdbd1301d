/** The converted classifier beside the original: what nsfwjs said of twenty pictures, and what the engine says. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Evaluate } from './evaluation.ts';
import { cutSheet } from './making.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const Reference = z.object({ of: z.string(), side: z.number(), answers: z.array(z.record(z.string(), z.number())) });

export const evaluatePictureSafety: Evaluate = async ({ engine, installed }) => {
  const { compared, of } = await compareWithOriginal(engine);
  if (compared.length === 0) throw new AppError('internal', `${installed.ref.name} was asked nothing.`);
  return {
    figures: [
      {
        name: 'largest difference of a probability × 10⁴',
        value: 1e4 * Math.max(...compared.map(({ difference }) => difference)),
        unit: '',
        n: compared.length,
      },
      {
        name: 'same first label',
        value: (100 * compared.filter(({ sameFirst }) => sameFirst).length) / compared.length,
        unit: '%',
        n: compared.length,
      },
    ],
    conditions: `Beside ${of}, on ten icons, five photographs and five pictures drawn by formula, 224 px`,
    sheet: { pictures: compared.map(({ picture }) => picture), columns: 10 },
  };
};

/** Of each of the twenty pictures: the largest difference of its five probabilities from the original's. */
export async function compareWithOriginal({ classify }: Pick<Engine, 'classify'>) {
  if (!classify)
    throw new AppError('model_missing', 'The model folder "picture-safety" is missing. Restore it from git.');
  const { of, side, answers } = Reference.parse(JSON.parse(await readFile(file('picture-safety.json'), 'utf8')));
  const pictures = await cutSheet(file('picture-safety.webp'), side);
  const compared = await Promise.all(
    answers.map(async (original, i) => {
      const picture = doubled(pictures[i]!);
      const scores = await classify(picture);
      const labels = Object.keys(original);
      const first = (of: Readonly<Record<string, number>>) => labels.reduce((a, b) => (of[b]! > of[a]! ? b : a));
      const difference = Math.max(...labels.map((label) => Math.abs((scores[label] ?? Number.NaN) - original[label]!)));
      return { picture, difference, sameFirst: first(scores) === first(original) };
    }),
  );
  return { of, compared };
}

/** Every pixel four times: what the original was shown, free of any resampling. */
function doubled({ width, height, data }: Picture): Picture {
  const out = new Uint8Array(data.length * 4);
  for (let y = 0; y < 2 * height; y++)
    for (let x = 0; x < 2 * width; x++)
      for (let c = 0; c < 3; c++) out[(y * 2 * width + x) * 3 + c] = data[((y >> 1) * width + (x >> 1)) * 3 + c]!;
  return { width: 2 * width, height: 2 * height, data: out };
}
