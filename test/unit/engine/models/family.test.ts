/** Which kind of model an export is, from what its configurations say. */
import { describe, expect, it } from 'vitest';
import { type ExportFacts, familyOf, habitsOf } from '../../../../src/engine/diffusion/family.ts';

const facts = (over: Partial<ExportFacts> = {}): ExportFacts => ({
  name: 'a-model',
  pipelineClass: 'StableDiffusionPipeline',
  zeroEmpty: false,
  isTransformer: false,
  predictor: {},
  schedulerClass: 'PNDMScheduler',
  predictionType: 'epsilon',
  textEncoders: 1,
  ...over,
});

it.each<[string, Partial<ExportFacts>]>([
  ['sd1', { predictor: { cross_attention_dim: 768 } }],
  ['sd1', {}], // the legacy script wrote no configuration
  ['sd2', { predictor: { cross_attention_dim: 1024 } }],
  ['sd2', { predictionType: 'v_prediction' }],
  ['sdxl', { predictor: { addition_embed_type: 'text_time', cross_attention_dim: 2048 }, textEncoders: 2 }],
  ['sdxl', { predictor: { addition_embed_type: 'text_time' }, textEncoders: 1 }],
  [
    'sd3',
    { isTransformer: true, predictor: { _class_name: 'SD3Transformer2DModel', in_channels: 16 }, textEncoders: 3 },
  ],
  ['sd3', { isTransformer: true, predictor: { _class_name: 'SD3Transformer2DModel' }, textEncoders: 2 }], // without T5
  ['flux', { isTransformer: true, predictor: { _class_name: 'FluxTransformer2DModel' }, textEncoders: 2 }],
  ['flux', { isTransformer: true, predictor: { in_channels: 64 }, textEncoders: 2 }],
])('%s: %j', (family, over) => {
  expect(familyOf(facts(over))).toBe(family);
});

describe('habits', () => {
  const schnell = { isTransformer: true, predictor: { in_channels: 64, guidance_embeds: false } };
  it.each<[string, Partial<ExportFacts>, object]>([
    ['SD 2.1 at 768', { predictionType: 'v_prediction' }, { latentSide: 96, steps: 20, guidance: 7.5 }],
    ['SD 2.1 base', { predictor: { cross_attention_dim: 1024 } }, { latentSide: 64 }],
    ['LCM with guidance inside', { predictor: { time_cond_proj_dim: 256 } }, { steps: 4, guidance: 8.5 }],
    ['LCM by its scheduler', { schedulerClass: 'LCMScheduler' }, { steps: 4, guidance: 1 }],
    ['LCM by its name', { name: 'LCM_Dreamshaper_v7' }, { steps: 4, guidance: 1, sampler: 'lcm' }],
    ['TCD', { schedulerClass: 'TCDScheduler' }, { steps: 4, guidance: 1 }],
    ['SD Turbo', { name: 'sd-turbo' }, { steps: 1, guidance: 1 }],
    ['SDXL Turbo', { name: 'sdxl_turbo', textEncoders: 2 }, { latentSide: 128, steps: 1, guidance: 1 }],
    ['SDXL Lightning', { name: 'SDXL-Lightning-4step', textEncoders: 2 }, { steps: 4, guidance: 1 }],
    ['SD 3.5 large turbo', { name: 'sd3.5-large-turbo', isTransformer: true }, { steps: 4, guidance: 1 }],
    ['FLUX dev', { isTransformer: true, predictor: { in_channels: 64, guidance_embeds: true } }, { guidance: 3.5 }],
    ['FLUX schnell', schnell, { steps: 4, guidance: 1 }],
    ['no Turbo, only a name that holds the letters', { name: 'turbocharged-cats' }, { steps: 20, guidance: 7.5 }],
  ])('%s', (_, over, habits) => {
    expect(habitsOf(facts(over))).toMatchObject(habits);
  });
});
