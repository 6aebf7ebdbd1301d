/** The forms of the commands: which options have a field, how it is called, and what it looks like. */
import type { types } from '@slack/bolt';
import type { Kind } from '../../core/request.ts';
import type { Studio } from '../../core/studio.ts';
import { COMMANDS } from '../commands.ts';
import type { Option, OptionTable } from '../option-table.ts';

interface FormSpec {
  title: string;
  submit: string;
  /** Label of each field, in order; the options are the command's. */
  fields: Readonly<Record<string, string>>;
  /** Those that must be filled in. */
  required: readonly string[];
}

export const FORMS = {
  imagine: {
    title: 'Make a picture',
    submit: 'Make it',
    required: ['prompt'],
    fields: {
      prompt: 'Prompt',
      negative: 'Negative prompt',
      style: 'Style',
      count: 'How many',
      size: 'Size',
      quick: 'How long it may take',
      steps: 'Steps',
      guidance: 'Guidance',
      sampler: 'Sampler',
      seed: 'Seed',
      private: 'Who sees it',
    },
  },
  stylize: {
    title: 'Stylize a picture',
    submit: 'Stylize it',
    required: ['picture'],
    fields: {
      picture: 'Picture',
      brush: 'Brush',
      words: 'Or: in words',
      like: 'Or: like this picture',
      like_2: 'And like this one',
      like_3: 'And like a third',
      weights: 'How much of each',
      strength: 'Strength',
      quality: 'Quality',
      keep_colours: 'Keep the colours',
      mask: 'Only where this is white',
      private: 'Who sees it',
    },
  },
  upscale: {
    title: 'Enlarge a picture',
    submit: 'Enlarge it',
    required: ['picture'],
    fields: { picture: 'Picture', factor: 'How many times as wide', private: 'Who sees it' },
  },
  face: {
    title: 'Draw faces',
    submit: 'Draw',
    required: [],
    fields: {
      attributes: 'What it looks like',
      count: 'How many',
      seed: 'Seed',
      truncation: 'Variety',
      mix: 'Mix with',
      picture: 'Or: the face nearest to this picture',
      private: 'Who sees it',
    },
  },
  morph: {
    title: 'Morph',
    submit: 'Morph',
    required: ['from', 'to'],
    fields: { from: 'From', to: 'To', frames: 'Frames', private: 'Who sees it' },
  },
} satisfies Record<Kind, FormSpec>;

export const specOf = (kind: Kind): FormSpec => FORMS[kind];

/** Slack's longest input; longer prompts go through the command itself. */
const MAX_INPUT = 3000;
/** As many as a menu of Slack's holds. */
const MOST_CHOICES = 100;
const FILE_TYPES = ['png', 'jpg', 'jpeg', 'gif', 'webp'];
const LONG = new Set(['prompt', 'negative', 'words']);

export type Choices = Pick<Studio, 'styles' | 'brushes'>;

/** Undefined for a choice of nothing. */
export function field(kind: Kind, name: string, choices: Choices, initial?: string): types.InputBlock | undefined {
  const option = (COMMANDS[kind].options as OptionTable)[name]!;
  const element = elementOf(name, option, choices, initial);
  if (!element) return undefined;
  const { fields, required } = specOf(kind);
  return {
    type: 'input',
    block_id: name,
    optional: !required.includes(name),
    label: plain(fields[name]!),
    element,
    ...(option.type === 'flag' ? {} : { hint: plain(option.description) }),
  };
}

const action_id = 'value';

function elementOf(
  name: string,
  option: Option,
  choices: Choices,
  initial: string | undefined,
): types.InputBlock['element'] | undefined {
  if (option.type === 'picture') return { type: 'file_input', action_id, filetypes: FILE_TYPES, max_files: 1 };
  if (option.suggest === 'styles')
    return select(
      choices.styles().map(({ name, title }) => [title, name]),
      initial,
    );
  if (option.suggest === 'brushes')
    return select(
      choices.brushes().map(({ name, title, note }) => [title, name, note]),
      initial,
    );
  if (name === 'count' && option.max && option.max <= 10)
    return select(Array.from({ length: option.max }, (_, i) => [String(i + 1), String(i + 1)]));
  if (option.choices) return select(option.choices.map((choice) => [choice, choice]));
  if (option.type === 'flag')
    return { type: 'checkboxes', action_id, options: [{ text: plain(option.description), value: 'true' }] };
  if (option.type === 'text') {
    const max_length = LONG.has(name) ? MAX_INPUT : name === 'size' ? 20 : 400;
    return {
      type: 'plain_text_input',
      action_id,
      max_length,
      ...(LONG.has(name) && { multiline: true }),
      ...(name === 'size' && { placeholder: plain('128x128') }),
      ...(initial && { initial_value: initial.slice(0, max_length) }),
    };
  }
  return {
    type: 'number_input',
    action_id,
    is_decimal_allowed: option.type === 'number',
    ...(option.min !== undefined && { min_value: String(option.min) }),
    ...(option.max !== undefined && { max_value: String(option.max) }),
  };
}

/** Labels and values, and what these are for. */
export function select(
  pairs: (readonly [string, string, note?: string | undefined])[],
  initial?: string,
): types.StaticSelect | undefined {
  if (pairs.length === 0) return undefined;
  const options = pairs.slice(0, MOST_CHOICES).map(([label, value, note]) => ({
    text: plain(label.slice(0, 75)),
    value,
    ...(note && { description: plain(note.slice(0, 75)) }),
  }));
  const chosen = options.find(({ value }) => value === initial);
  return { type: 'static_select', action_id, options, ...(chosen && { initial_option: chosen }) };
}

export const plain = (text: string): types.PlainTextElement => ({ type: 'plain_text', text });
