/** Where the parts of a diffusers ONNX folder lie. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';

/** Text encoders with their tokenizers, in the order in which SDXL, SD3 and FLUX number them. */
export const TOWERS = [
  { part: 'text_encoder', tokenizer: 'tokenizer' },
  { part: 'text_encoder_2', tokenizer: 'tokenizer_2' },
  { part: 'text_encoder_3', tokenizer: 'tokenizer_3' },
] as const;

/** The parts of unet/config.json or transformer/config.json that matter here; the legacy export script wrote none. */
export const PredictorConfig = z.object({
  _class_name: z.string().optional(),
  in_channels: z.number().int().optional(),
  out_channels: z.number().int().nullish(),
  /** Of the latent it was trained on. */
  sample_size: z.union([z.number().int(), z.tuple([z.number().int(), z.number().int()])]).nullish(),
  block_out_channels: z.array(z.number().int()).optional(),
  layers_per_block: z.union([z.number().int(), z.array(z.number().int())]).optional(),
  cross_attention_dim: z.unknown().optional(),
  joint_attention_dim: z.number().int().nullish(),
  addition_embed_type: z.string().nullish(),
  time_cond_proj_dim: z.number().int().nullish(),
  guidance_embeds: z.boolean().nullish(),
  down_block_types: z.array(z.string()).optional().catch(undefined),
  attention_head_dim: z
    .union([z.number(), z.array(z.number())])
    .optional()
    .catch(undefined),
  num_attention_heads: z.number().optional().catch(undefined),
});
export type PredictorConfig = z.infer<typeof PredictorConfig>;

/** The graph of a part: model.onnx, or the only .onnx file there is. Undefined without such a folder. */
export async function findGraph(folder: string, part: string, model: string): Promise<string | undefined> {
  const files = await readdir(join(folder, part)).catch(() => undefined);
  if (!files) return undefined;
  const graphs = files.filter((file) => file.endsWith('.onnx')).sort();
  const [only] = graphs.includes('model.onnx') ? ['model.onnx'] : graphs;
  if (!only)
    throw new AppError(
      'model_missing',
      `The model ${model} has no ONNX graph in ${part}/. Export it first: optimum-cli export onnx --model ${model} <folder>.`,
    );
  if (only !== 'model.onnx' && graphs.length > 1)
    throw new AppError(
      'model_corrupt',
      `The model ${model} has several graphs in ${part}/: ${graphs.join(', ')}. Name the one to use model.onnx.`,
    );
  return join(folder, part, only);
}

/** The parsed configuration; undefined where there is no such file. */
export async function readConfig<S extends z.ZodType>(
  folder: string,
  path: string,
  schema: S,
  model: string,
): Promise<z.output<S> | undefined> {
  const text = await readFile(join(folder, path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('model_corrupt', `${path} of the model ${model} cannot be used:\n${why}`, { cause });
  }
}

/** The same, where the model cannot do without. */
export async function needConfig<S extends z.ZodType>(
  folder: string,
  path: string,
  schema: S,
  model: string,
): Promise<z.output<S>> {
  const config = await readConfig(folder, path, schema, model);
  if (config === undefined) throw new AppError('model_missing', `The model ${model} lacks ${path}.`);
  return config;
}

export const exists = (folder: string, path: string): Promise<boolean> =>
  access(join(folder, path)).then(
    () => true,
    () => false,
  );
