/** What the manifests of several kinds have in common. */
import { z } from 'zod';

/** A file of the model's own folder. */
export const path = z
  .string()
  .min(1)
  .refine((p) => !p.startsWith('/') && !p.includes('\\') && !p.split('/').includes('..'), 'must stay in the folder');

export const ModelFile = z.object({
  path,
  bytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ModelFile = z.infer<typeof ModelFile>;

export const about = {
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower-case letters, digits, dots and dashes'),
  title: z.string(),
  version: z.string(),
  licence: z.string(),
  source: z.string().default(''),
  card: path.optional(),
  files: z.array(ModelFile).min(1),
};

/** A single graph: NCHW for upscalers, NHWC for classifiers. Names are taken from the graph where absent. */
export const Graph = z.object({
  file: path.default('model.onnx'),
  input: z.string().optional(),
  output: z.string().optional(),
  /** What black and white are. */
  range: z.tuple([z.number(), z.number()]).default([0, 1]),
});

/** Standard names → the graph's own, where an export chose others. */
export const Names = z.record(z.string(), z.string()).default({});

export const oneOrMore = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));
