/** The options of /imagine. */
import { AppError } from '../core/errors.ts';
import { MAX_COUNT, MAX_PROMPT, MAX_SEED, type RequestOf, WEIGHTINGS } from '../core/request.ts';
import { SAMPLERS } from '../core/sampler.ts';
import { checked, filled, type Options as OptionsOf, type OptionTable, parse, typed } from './option-table.ts';
import { buildPrompt } from './prompt-builder.ts';

const MAX_PART = 1000;

export const OPTIONS = {
  prompt: { type: 'text', description: 'What the picture should show', max: MAX_PROMPT },
  negative: { type: 'text', description: 'What it should not show', aliases: ['no'], max: MAX_PROMPT },
  count: { type: 'whole', description: 'How many pictures, 1 to 4', aliases: ['n'], min: 1, max: MAX_COUNT },
  seed: { type: 'whole', description: 'The same seed and options give the same picture', min: 0, max: MAX_SEED },
  steps: { type: 'whole', description: 'Denoising steps: more is slower and usually finer', min: 1, max: 150 },
  quick: { type: 'flag', description: 'In a few steps: a picture at once; without it, the same seed is finer' },
  guidance: { type: 'number', description: 'How strongly to follow the prompt', aliases: ['cfg'], min: 0, max: 30 },
  sampler: {
    type: 'text',
    description: 'How the noise is walked to a picture, such as DPM++ 2M Karras',
    choices: SAMPLERS,
  },
  size: { type: 'text', description: 'Width × height in multiples of 8, such as 128x128' },
  model: { type: 'text', description: 'Which model draws', suggest: 'models' },
  style: {
    type: 'text',
    description: 'A named style put around the prompt, such as watercolor or photographic',
    suggest: 'styles',
  },
  detail: { type: 'text', description: 'What the subject is like, put behind it', max: MAX_PART },
  setting: { type: 'text', description: 'Where it is, put behind that', max: MAX_PART },
  light: { type: 'text', description: 'What light there is, put behind that', max: MAX_PART },
  quality: { type: 'text', description: 'How finely it is made, put last', max: MAX_PART },
  weighting: { type: 'text', description: 'Whose way of applying (word:1.3)', choices: WEIGHTINGS },
  clip_skip: {
    type: 'whole',
    description: 'Layer of the text encoder, counted from the last, which is 1',
    min: 1,
    max: 12,
  },
  cfg_until: { type: 'number', description: 'Share of the run after which guidance ends, 0 to 1', min: 0, max: 1 },
  rescale: { type: 'number', description: 'Against burnt colours under strong guidance, 0 to 1', min: 0, max: 1 },
  private: { type: 'flag', description: 'Only you see the result' },
} as const satisfies OptionTable;

export type Options = OptionsOf<typeof OPTIONS>;

/** `two red apples --seed 7 --no worms` → { prompt, seed: 7, negative }. */
export const parseOptions = (text: string): Options => parse(OPTIONS, 'prompt', text);

/** Options from any platform → a validated Request. All problems in one AppError('invalid_request'). */
export function toRequest(options: Options): RequestOf<'imagine'> {
  const { prompt } = options;
  const { prompt: _, negative, size, clip_skip, cfg_until, rescale, ...given } = typed(OPTIONS, options);
  const { detail, setting, light, quality, ...rest } = given;
  const said = (value: unknown) => (filled(value) ? String(value) : undefined);
  const parts = { detail: said(detail), setting: said(setting), light: said(light), quality: said(quality) };
  return checked({
    ...rest,
    kind: 'imagine',
    prompt:
      Object.values(parts).some(Boolean) && filled(prompt)
        ? buildPrompt({ subject: String(prompt), ...parts })
        : prompt,
    ...(filled(clip_skip) && { clipSkip: clip_skip }),
    ...(filled(cfg_until) && { guidanceInterval: [0, cfg_until] }),
    ...(filled(rescale) && { guidanceRescale: rescale }),
    ...(filled(negative) && { negativePrompt: negative }),
    ...(filled(size) && sides(String(size))),
  });
}

function sides(size: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,5})(?:\s*[x×*:]\s*(\d{1,5}))?$/i.exec(size.trim()) ?? [];
  if (!width) throw new AppError('invalid_request', 'The size must look like 128x128.');
  return { width: Number(width), height: Number(height ?? width) };
}
