/** What kind of diffusion model an export is, told from its configurations, and how such a model is usually run. */
import { z } from 'zod';
import type { SamplerName } from '../../core/sampler.ts';
import { exists, PredictorConfig, readConfig, TOWERS } from './layout.ts';

export type Family = 'sd1' | 'sd2' | 'sdxl' | 'sd3' | 'flux';

/** What an export says of itself. */
export interface ExportFacts {
  /** Folder or repository name: some few-step models differ from their teachers in nothing else. */
  name: string;
  pipelineClass: string;
  /** A prompt of no words becomes zeros instead of being encoded: SDXL. */
  zeroEmpty: boolean;
  isTransformer: boolean;
  predictor: PredictorConfig;
  schedulerClass: string;
  predictionType: string;
  textEncoders: number;
}

const Index = z.object({
  _class_name: z.string().default(''),
  force_zeros_for_empty_prompt: z.boolean().default(false),
});
const Scheduler = z.object({ _class_name: z.string().default(''), prediction_type: z.string().default('epsilon') });

export async function readFacts(folder: string, name: string): Promise<ExportFacts> {
  const read = <S extends z.ZodType>(path: string, schema: S) => readConfig(folder, path, schema, name);
  const index = (await read('model_index.json', Index)) ?? Index.parse({});
  const scheduler = (await read('scheduler/scheduler_config.json', Scheduler)) ?? Scheduler.parse({});
  const unet = await read('unet/config.json', PredictorConfig);
  const transformer = await read('transformer/config.json', PredictorConfig);
  const towers = await Promise.all(TOWERS.map(({ part }) => exists(folder, part)));
  // The legacy export script wrote no configuration; its inpainting pipeline has nine channels by definition.
  const legacy = index._class_name.includes('Inpaint') ? { in_channels: 9, out_channels: 4 } : {};
  return {
    name,
    pipelineClass: index._class_name,
    zeroEmpty: index.force_zeros_for_empty_prompt,
    isTransformer: !unet && (transformer !== undefined || (await exists(folder, 'transformer'))),
    predictor: unet ?? transformer ?? legacy,
    schedulerClass: scheduler._class_name,
    predictionType: scheduler.prediction_type,
    textEncoders: towers.filter(Boolean).length,
  };
}

export function familyOf({ isTransformer, predictor, textEncoders, predictionType }: ExportFacts): Family {
  if (isTransformer) return predictor._class_name?.startsWith('Flux') || predictor.in_channels === 64 ? 'flux' : 'sd3';
  if (predictor.addition_embed_type === 'text_time' || textEncoders > 1) return 'sdxl';
  return predictor.cross_attention_dim === 1024 || predictionType === 'v_prediction' ? 'sd2' : 'sd1';
}

export interface Habits {
  /** Side of the latent where no configuration tells. */
  latentSide: number;
  steps: number;
  guidance: number;
  /** Where the scheduler's configuration says another than the model was made for. */
  sampler?: SamplerName;
}

const HABITS: Readonly<Record<Family, Habits>> = {
  sd1: { latentSide: 64, steps: 20, guidance: 7.5 },
  sd2: { latentSide: 64, steps: 20, guidance: 7.5 },
  sdxl: { latentSide: 128, steps: 25, guidance: 5 },
  sd3: { latentSide: 128, steps: 28, guidance: 7 },
  flux: { latentSide: 128, steps: 28, guidance: 3.5 },
};

/** Distilled models: few steps, and no second pass for guidance. The first line that fits counts. */
const DISTILLED: readonly ({ fits: (facts: ExportFacts) => boolean } & Omit<Habits, 'latentSide'>)[] = [
  // Latent consistency models with guidance as an input. Luo et al. 2023.
  { fits: ({ predictor }) => typeof predictor.time_cond_proj_dim === 'number', steps: 4, guidance: 8.5 },
  { fits: ({ schedulerClass }) => /^(LCM|TCD)/.test(schedulerClass), steps: 4, guidance: 1 },
  { fits: (facts) => familyOf(facts) === 'flux' && facts.predictor.guidance_embeds === false, steps: 4, guidance: 1 },
  { fits: ({ name }) => /\bsd-turbo\b|\bsdxl-turbo\b/.test(words(name)), steps: 1, guidance: 1 },
  { fits: ({ name }) => /\blcm\b/.test(words(name)), steps: 4, guidance: 1, sampler: 'lcm' },
  { fits: ({ name }) => /\b(turbo|schnell|lightning|hyper)\b/.test(words(name)), steps: 4, guidance: 1 },
];

/** The family's habits, changed for models that were distilled to few steps. */
export function habitsOf(facts: ExportFacts): Habits {
  const family = familyOf(facts);
  const wide = family === 'sd2' && facts.predictionType === 'v_prediction'; // Stable Diffusion 2 of 768 pixels
  const { steps, guidance, sampler } = DISTILLED.find(({ fits }) => fits(facts)) ?? HABITS[family];
  return { latentSide: wide ? 96 : HABITS[family].latentSide, steps, guidance, ...(sampler && { sampler }) };
}

const words = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
