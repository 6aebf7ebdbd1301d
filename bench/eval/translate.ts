/** Both directions of a translation on held-out icons: the way there and back, and which manner the answers seem to have. */
import { fileURLToPath } from 'node:url';
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { logisticJudge } from '../metrics/logistic.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { openFeatures } from './features.ts';
import { createMaker, cutSheet, held, mean } from './making.ts';

const SHEET = fileURLToPath(new URL('translate.webp', import.meta.url));
/** As models/recipes/translate/reference.py wrote them. */
const [SIDE, KNOWN, UNSEEN] = [96, 64, 48];
const SHOWN = 16;

export const evaluateTranslation: Evaluate = async ({ engine, catalogue, device, installed, say }, options) => {
  const { manifest, ref } = installed;
  if (!isOfKind(manifest, 'translate') || !manifest.directions.backward)
    throw new AppError('internal', `${ref.name} does not translate both ways.`);
  const { forward, backward } = manifest.directions;
  const count = Math.min(options.count ?? UNSEEN, UNSEEN);
  const tiles = await cutSheet(SHEET, SIDE);
  const part = (from: number, n: number) => tiles.slice(from, from + n);
  const real = { shaded: part(2 * KNOWN, count), flat: part(2 * KNOWN + UNSEEN, count) };

  const features = await openFeatures(catalogue, device);
  /** Means of the fine maps and how often each slope occurs: what tells shading from plain fills. */
  const rowOf = async (picture: Picture): Promise<number[]> => {
    const means = (await features.maps(picture)).slice(0, 2).flatMap(({ channels, data }) => {
      const places = data.length / channels;
      return Array.from({ length: channels }, (_, c) => mean([...data.subarray(c * places, (c + 1) * places)]));
    });
    return [...means, ...slopesOf(picture)];
  };
  const rowsOf = (pictures: readonly Picture[]) => Promise.all(pictures.map(rowOf));
  const isFlat = logisticJudge(await rowsOf(part(0, KNOWN)), await rowsOf(part(KNOWN, KNOWN)));
  const flatOf = async (pictures: readonly Picture[]) =>
    (await rowsOf(pictures)).map((row) => Number(isFlat(row) > 0.5));
  const judged = { shaded: await flatOf(real.shaded), flat: await flatOf(real.flat) };
  const accuracy = (100 * (mean(judged.flat) + 1 - mean(judged.shaded))) / 2;
  say(`the judge of manners is right on ${accuracy.toFixed(1)} % of held-out icons`);

  const make = createMaker(engine);
  const through = async (pictures: readonly Picture[], direction: 'forward' | 'backward'): Promise<Picture[]> => {
    const out: Picture[] = [];
    for (const picture of pictures) {
      const source = await held(picture);
      const recipe = { v: 1, kind: 'brush', model: ref, source: source.stored, seed: 0, strength: 1 } as const;
      out.push(...(await make({ ...recipe, keepColours: 'no', direction }, [source])));
    }
    say(`${out.length} pictures ${manifest.directions[direction]?.name}`);
    return out;
  };
  const made = { flat: await through(real.shaded, 'forward'), shaded: await through(real.flat, 'backward') };
  const back = { shaded: await through(made.flat, 'backward'), flat: await through(made.shaded, 'forward') };

  const both = (a: readonly Picture[], b: readonly Picture[]) => mean(a.map((picture, i) => apart(picture, b[i]!)));
  const untouched = both(real.shaded, real.flat);
  const figures: Figure[] = [
    { name: `cycle L1 of shaded (of 1)`, value: both(back.shaded, real.shaded), unit: '', n: count },
    { name: `cycle L1 of flat (of 1)`, value: both(back.flat, real.flat), unit: '', n: count },
    {
      name: `judged flat after ${forward.name}`,
      value: 100 * mean(await flatOf(made.flat)),
      beside: { before: 100 * mean(judged.shaded), 'true flat icons': 100 * mean(judged.flat) },
      unit: '%',
      n: count,
    },
    {
      name: `judged shaded after ${backward.name}`,
      value: 100 - 100 * mean(await flatOf(made.shaded)),
      beside: { before: 100 - 100 * mean(judged.flat), 'true shaded icons': 100 - 100 * mean(judged.shaded) },
      unit: '%',
      n: count,
    },
    {
      name: `L1 to the flat icon of the same name (of 1)`,
      value: both(made.flat, real.flat),
      beside: { untouched },
      unit: '',
      n: count,
    },
    {
      name: `L1 to the shaded icon of the same name (of 1)`,
      value: both(made.shaded, real.shaded),
      beside: { untouched },
      unit: '',
      n: count,
    },
  ];
  await features.release();
  const rows = [real.shaded, made.flat, real.flat, made.shaded].map((pictures) => pictures.slice(0, SHOWN));
  return {
    figures,
    conditions: `${count} names held out in both manners, ${SIDE} px on plain grounds; the judge of manners is a logistic regression on ${2 * KNOWN} icons of the training and is right on ${accuracy.toFixed(1)} % of the held-out ones; icons of one name are compared here only, never in training`,
    sheet: { pictures: rows.flat(), columns: SHOWN },
  };
};

/** Mean absolute difference, of 1. */
const apart = (a: Picture, b: Picture): number =>
  a.data.reduce((sum, v, i) => sum + Math.abs(v - b.data[i]!), 0) / (255 * a.data.length);

/** Shares of neighbouring pixels that differ by up to 2, 4, 8, 16, 32 and more grey levels; nobody sees finer steps. */
function slopesOf({ width, height, data }: Picture): number[] {
  const bins = [2, 4, 8, 16, 32, Number.POSITIVE_INFINITY];
  const counts = bins.map(() => 0);
  let all = 0;
  for (let y = 0; y < height; y++)
    for (let x = 1; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const i = (y * width + x) * 3 + c;
        const step = Math.abs(data[i]! - data[i - 3]!);
        counts[bins.findIndex((most) => step <= most)]!++;
        all++;
      }
  return counts.map((n) => n / all);
}
