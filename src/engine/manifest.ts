/** What a model folder says of itself: model.json. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ModelRef } from '../core/recipe.ts';
import { Sampler } from '../core/sampler.ts';
import { Embedding, Lora } from './adapters/manifest.ts';
import { Control, Depth, Pose } from './control/manifest.ts';
import { Gan } from './gan/manifest.ts';
import { about, Graph, path } from './manifest-fields.ts';
import { StyleTransfer, Translate } from './style/pass-manifest.ts';
import { Adain, Features } from './style/statistics-manifest.ts';

export type { ModelFile } from './manifest-fields.ts';

const Diffusion = z.object({
  ...about,
  kind: z.literal('diffusion'),
  defaults: z.object({
    width: z.number().int(),
    height: z.number().int(),
    steps: z.number().int().min(1),
    guidance: z.number(),
    sampler: Sampler,
  }),
  limits: z.object({
    minSide: z.number().int(),
    maxSide: z.number().int(),
    multipleOf: z.number().int().min(1),
  }),
  /** How much larger its pictures are shown. */
  display: z.object({ upscale: z.number().int().min(1) }).optional(),
  vocabulary: z.object({ file: path }).optional(),
  /** Standard names of the noise predictor's inputs → the graph's own, where the export chose others. */
  names: z.record(z.string(), z.string()).optional(),
});

const Upscale = z.object({
  ...about,
  kind: z.literal('upscale'),
  factor: z.number().int().min(2).max(8),
  graph: Graph,
  /** Pixels a side that are enlarged at once, and how many of them neighbours share. */
  tile: z
    .object({ size: z.number().int().min(16), overlap: z.number().int().min(1) })
    .default({ size: 128, overlap: 16 }),
});

const PictureSafety = z.object({
  ...about,
  kind: z.literal('picture-safety'),
  /** `size`: side of the square it looks at. */
  graph: Graph.extend({ size: z.number().int().default(224) }),
  labels: z.array(z.string()).min(1),
});

/** Kinds of later versions are listed and verified, but nothing runs them. */
const Other = z.object({ ...about, kind: z.string() });

const KINDS = {
  diffusion: Diffusion,
  upscale: Upscale,
  gan: Gan,
  'picture-safety': PictureSafety,
  lora: Lora,
  embedding: Embedding,
  control: Control,
  depth: Depth,
  pose: Pose,
  features: Features,
  adain: Adain,
  'style-transfer': StyleTransfer,
  translate: Translate,
};
type Kinds = typeof KINDS;
export type ModelKind = keyof Kinds;
export type ManifestOf<K extends ModelKind> = z.infer<Kinds[K]>;
export type Manifest = z.infer<typeof Other>;

/** Throws ZodError. `file` and `range` may stand beside `kind` as well as under `graph`. */
export function parseManifest(raw: unknown): Manifest {
  const all = z.looseObject({ kind: z.string() }).parse(raw);
  const { file, input, output, range } = all;
  const schema: z.ZodType<Manifest> = KINDS[all.kind as ModelKind] ?? Other;
  const manifest = schema.parse({ graph: { file, input, output, range }, ...all });
  // The card is for people: editing it neither damages the model nor makes it another one.
  return { ...manifest, files: manifest.files.filter((listed) => listed.path !== manifest.card) };
}

export const isOfKind = <K extends ModelKind>(manifest: Manifest, kind: K): manifest is ManifestOf<K> =>
  manifest.kind === kind;

/** Name, version and one hash over all file hashes. */
export const refOf = ({ name, version, files }: Pick<Manifest, 'name' | 'version' | 'files'>): ModelRef => {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).sort();
  return { name, version, sha256: createHash('sha256').update(lines.join('')).digest('hex') };
};
