/** The options of /imagine: one table that every platform's command, modal, help and parser are made from. */
import { AppError } from '../core/errors.ts';
import { MAX_COUNT, MAX_PROMPT, MAX_SEED, Request, type RequestOf, WEIGHTINGS } from '../core/request.ts';
import { SAMPLERS } from '../core/sampler.ts';
import { buildPrompt } from './prompt-builder.ts';

interface Option {
  type: 'text' | 'whole' | 'number' | 'flag';
  /** ≤ 100 characters. */
  description: string;
  aliases?: readonly string[];
  choices?: readonly string[];
  min?: number;
  max?: number;
}

const MAX_PART = 1000;

export const OPTIONS = {
  prompt: { type: 'text', description: 'What the picture should show', max: MAX_PROMPT },
  negative: { type: 'text', description: 'What it should not show', aliases: ['no'], max: MAX_PROMPT },
  count: { type: 'whole', description: 'How many pictures, 1 to 4', aliases: ['n'], min: 1, max: MAX_COUNT },
  seed: { type: 'whole', description: 'The same seed and options give the same picture', min: 0, max: MAX_SEED },
  steps: { type: 'whole', description: 'Denoising steps: more is slower and usually finer', min: 1, max: 150 },
  guidance: { type: 'number', description: 'How strongly to follow the prompt', aliases: ['cfg'], min: 0, max: 30 },
  sampler: {
    type: 'text',
    description: 'How the noise is walked to a picture, such as DPM++ 2M Karras',
    choices: SAMPLERS,
  },
  size: { type: 'text', description: 'Width × height in multiples of 8, such as 128x128' },
  model: { type: 'text', description: 'Which model draws' },
  style: { type: 'text', description: 'A named style put around the prompt, such as watercolor or photographic' },
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
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;
export type Options = Partial<Record<OptionName, unknown>>;

const NAMES: ReadonlyMap<string, OptionName> = new Map(
  Object.entries(OPTIONS).flatMap(([name, option]) =>
    [name, ...('aliases' in option ? option.aliases : [])].map((alias) => [alias, name as OptionName] as const),
  ),
);

// Phones turn -- into an em dash; before anything but an option's name it is a dash of the prompt.
const SEPARATOR = new RegExp(`(?:^|\\s)(?:--(?=[a-zA-Z])|—(?=(?:${[...NAMES.keys()].join('|')})\\b))`);

/** `two red apples --seed 7 --no worms` → { prompt, seed: 7, negative }. Text options run to the next `--option`. */
export function parseOptions(text: string): Options {
  const [prompt = '', ...rest] = text.split(SEPARATOR);
  const options: Options = { prompt: prompt.trim() };
  for (const part of rest) {
    const [, word = '', value = ''] = /^(\w+)[=\s]?([\s\S]*)$/.exec(part.trim()) ?? [];
    const name = NAMES.get(word.toLowerCase());
    if (!name || name === 'prompt')
      throw new AppError('invalid_request', `There is no option --${word.slice(0, 30)}. ${optionHelp()}`);
    if (OPTIONS[name].type === 'flag') {
      options[name] = true;
      options.prompt = `${options.prompt} ${value}`.trim(); // what follows a flag still belongs to the prompt
    } else options[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  }
  return options;
}

/** Options from any platform → a validated Request. All problems in one AppError('invalid_request'). */
export function toRequest(options: Options): RequestOf<'imagine'> {
  const { prompt, negative, size, detail, setting, light, quality, clip_skip, cfg_until, rescale, ...rest } = options;
  const said = (value: unknown) => (filled(value) ? String(value) : undefined);
  const parts = { detail: said(detail), setting: said(setting), light: said(light), quality: said(quality) };
  const parsed = Request.safeParse({
    kind: 'imagine',
    prompt:
      Object.values(parts).some(Boolean) && filled(prompt)
        ? buildPrompt({ subject: String(prompt), ...parts })
        : prompt,
    ...(filled(clip_skip) && { clipSkip: typed('clip_skip', clip_skip) }),
    ...(filled(cfg_until) && { guidanceInterval: [0, typed('cfg_until', cfg_until)] }),
    ...(filled(rescale) && { guidanceRescale: typed('rescale', rescale) }),
    ...(filled(negative) && { negativePrompt: negative }),
    ...(filled(size) && sides(String(size))),
    ...Object.fromEntries(
      Object.entries(rest)
        .filter(([, value]) => filled(value))
        .map(([name, value]) => [name, typed(name as OptionName, value)]),
    ),
  });
  if (parsed.success) return parsed.data as RequestOf<'imagine'>;
  const problems = new Set(parsed.error.issues.map(({ message }) => message));
  throw new AppError('invalid_request', [...problems].join(' '), { cause: parsed.error });
}

export const optionHelp = (): string =>
  `Options: ${Object.entries(OPTIONS)
    .filter(([name]) => name !== 'prompt')
    .map(([name, option]) => (option.type === 'flag' ? `--${name}` : `--${name} <${values(option)}>`))
    .join(', ')}.`;

/** Few choices are named. */
const values = (option: Option): string =>
  option.choices && option.choices.length <= 8 ? option.choices.join('|') : option.type;

const filled = (value: unknown) => value !== undefined && value !== null && value !== '';

function typed(name: OptionName, value: unknown): unknown {
  const { type } = OPTIONS[name] ?? {};
  if (typeof value !== 'string') return value;
  if (type === 'flag') return value === 'true' || value === 'yes';
  if (type !== 'whole' && type !== 'number') return value;
  const number = Number(value);
  if (Number.isNaN(number))
    throw new AppError('invalid_request', `“${value.slice(0, 30)}” is not a number: --${name} takes one.`);
  return number;
}

function sides(size: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,5})(?:\s*[x×*:]\s*(\d{1,5}))?$/i.exec(size.trim()) ?? [];
  if (!width) throw new AppError('invalid_request', 'The size must look like 128x128.');
  return { width: Number(width), height: Number(height ?? width) };
}
