/** Faces: how far the made ones are from the drawn ones, how varied, and whether a direction moves its own label alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Picture } from '../../src/core/picture.ts';
import { openNetwork } from '../../src/engine/network.ts';
import { toPicture, toPlanes } from '../../src/engine/pixels.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { diversity } from '../metrics/diversity.ts';
import { frechetDistance } from '../metrics/fid.ts';
import { precisionRecall } from '../metrics/precision-recall.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { openFeatures, readRows } from './features.ts';

const REFERENCE = fileURLToPath(new URL('avatar-reference.f16', import.meta.url));
const EDITED = 60;

const Vector = z.array(z.number());
const Latents = z.object({
  meanW: Vector,
  attributes: z.array(z.object({ name: z.string(), values: z.array(z.string().nullable()), w: z.array(Vector) })),
  directions: z.array(z.object({ name: z.string(), attribute: z.string(), towards: z.array(z.number()), w: Vector })),
});
const Shape = z.object({
  resolution: z.number(),
  zWidth: z.number(),
  wWidth: z.number(),
  layers: z.number(),
  noiseWidth: z.number(),
  graphs: z.object({ mapping: z.string(), synthesis: z.string(), encoder: z.string() }),
});

export const evaluateAvatars: Evaluate = async (
  { catalogue, device, installed: { folder }, say },
  { count = 2048 },
) => {
  const shape = Shape.parse(JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')));
  const latents = Latents.parse(JSON.parse(await readFile(join(folder, 'latents.json'), 'utf8')));
  const open = (file: string) => openNetwork(device, join(folder, file));
  const [mapping, synthesis, encoder] = await Promise.all([
    open(shape.graphs.mapping),
    open(shape.graphs.synthesis),
    open(shape.graphs.encoder),
  ]);
  const features = await openFeatures(catalogue, device);
  const clock = { runMs: 0 };

  const styleOf = async (seed: number): Promise<Float32Array> => {
    const data = createGenerator(seed).randn(shape.zWidth);
    return (await mapping.run({ z: { data, dims: [1, shape.zWidth] } }, clock)).w!;
  };
  const draw = async (w: Float32Array, seed: number): Promise<Picture> => {
    const every = new Float32Array(shape.layers * shape.wWidth);
    for (let layer = 0; layer < shape.layers; layer++) every.set(w, layer * shape.wWidth);
    const noise = createGenerator(seed + 1_000_000).randn(shape.noiseWidth);
    const feeds = {
      w: { data: every, dims: [1, shape.layers, shape.wWidth] },
      noise: { data: noise, dims: [1, shape.noiseWidth] },
    };
    const { image } = await synthesis.run(feeds, clock);
    return toPicture(image!, shape.resolution, shape.resolution, [-1, 1]);
  };
  /** Attribute → the value it seems to have. */
  const read = async (picture: Picture): Promise<number[]> => {
    const data = toPlanes(picture, 0, 0, picture.width, picture.height, [-1, 1]);
    const { attributes } = await encoder.run({ image: { data, dims: [1, 3, picture.height, picture.width] } }, clock);
    let at = 0;
    return latents.attributes.map(({ values }) => {
      const block = Array.from(attributes!.subarray(at, at + values.length));
      at += values.length;
      return block.indexOf(Math.max(...block));
    });
  };

  const rows: Float32Array[] = [];
  const shown: Picture[] = [];
  const shownRows: Float32Array[] = [];
  for (let seed = 0; seed < count; seed++) {
    const picture = await draw(await styleOf(seed), seed);
    const row = await features.row(picture);
    rows.push(row);
    if (shown.length < 24) {
      shown.push(picture);
      shownRows.push(row);
    }
    if ((seed + 1) % 256 === 0) say(`${seed + 1} of ${count} faces`);
  }
  const real = (await readRows(REFERENCE, 256)).slice(0, count);
  const half = real.length >> 1;
  const floor = precisionRecall(real.slice(0, half), real.slice(half));
  const { precision, recall } = precisionRecall(real.slice(0, half), rows.slice(0, half));
  const apart = (a: Float32Array, b: Float32Array) => Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0));
  const figures: Figure[] = [
    {
      name: 'FID-proxy',
      value: frechetDistance(rows, real),
      beside: { 'two halves of the drawn': frechetDistance(real.slice(0, half), real.slice(half)) },
      unit: '',
      n: rows.length,
    },
    {
      name: 'precision',
      value: 100 * precision,
      beside: { 'two halves of the drawn': 100 * floor.precision },
      unit: '%',
      n: half,
    },
    {
      name: 'recall',
      value: 100 * recall,
      beside: { 'two halves of the drawn': 100 * floor.recall },
      unit: '%',
      n: half,
    },
    {
      name: 'diversity (feature distance of pairs)',
      value: diversity(rows.slice(0, 400), apart),
      beside: { drawn: diversity(real.slice(0, 400), apart) },
      unit: '',
      n: Math.min(400, rows.length),
    },
  ];

  const before = await Promise.all(
    Array.from({ length: EDITED }, async (_, i) => {
      const w = await styleOf(5_000_000 + i);
      return { w, labels: await read(await draw(w, i)) };
    }),
  );
  for (const [k, { name, attribute, towards, w: direction }] of latents.directions.entries()) {
    const own = latents.attributes.findIndex((a) => a.name === attribute);
    let [there, already, others] = [0, 0, 0];
    for (const [i, { w, labels }] of before.entries()) {
      const picture = await draw(
        w.map((v, j) => v + direction[j]!),
        i,
      );
      const after = await read(picture);
      there += Number(towards.includes(after[own]!));
      already += Number(towards.includes(labels[own]!));
      others += after.filter((v, a) => a !== own && v !== labels[a]).length;
      if (i < 2 && k < 12) shown.push(...(i === 0 ? [await draw(w, i), picture] : []));
    }
    figures.push({
      name: `direction ${name}: label there`,
      value: (100 * there) / EDITED,
      beside: {
        before: (100 * already) / EDITED,
        'other labels changed': (100 * others) / EDITED / (latents.attributes.length - 1),
      },
      unit: '%',
      n: EDITED,
    });
  }
  await Promise.all([mapping, synthesis, encoder, features].map((network) => network.release()));
  return {
    figures,
    conditions: `${count} faces without truncation, seed i for face i, against ${real.length} drawn faces; directions at strength 1 on ${EDITED} faces, labels read by the encoder`,
    sheet: { pictures: shown, columns: 12 },
  };
};
