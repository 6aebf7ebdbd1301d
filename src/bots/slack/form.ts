/** Forms as Slack shows them, what was filled in, and what is wrong with it, said beside the field. */
import type { types } from '@slack/bolt';
import { z } from 'zod';
import { toAppError } from '../../core/errors.ts';
import type { Kind } from '../../core/request.ts';
import { COMMANDS } from '../commands.ts';
import { checked, type Options, type OptionTable, typed } from '../option-table.ts';
import { toRequest } from '../options.ts';
import { PICK } from '../pick.ts';
import { picturesAmong, SlackFile } from './files-given.ts';
import { type Choices, field, plain, select, specOf } from './form-fields.ts';

/** Where a form was asked for, so that its answer goes there, and what it is about. Travels inside the form. */
export const Origin = z.strictObject({
  channel: z.string().optional(),
  threadTs: z.string().optional(),
  responseUrl: z.string().optional(),
  /** Of “Stylize this image”: the message, and how many pictures of ours (many: on a sheet) or which files it has. */
  about: z
    .strictObject({
      ts: z.string(),
      ours: z.union([z.number().int(), z.literal('many')]).optional(),
      files: z.array(SlackFile).optional(),
    })
    .optional(),
});
export type Origin = z.infer<typeof Origin>;

/** Which of a message's pictures. */
const WHICH = 'which';

/** The form of a command; of a message's picture when the origin names one. */
export function form(
  kind: Kind,
  origin: Origin,
  choices: Choices,
  initial: Readonly<Record<string, string>> = {},
): types.ModalView {
  const { title, submit, fields } = specOf(kind);
  const { about } = origin;
  const names = Object.keys(fields).filter((name) => !(about && name === 'picture'));
  return {
    type: 'modal',
    callback_id: kind,
    private_metadata: JSON.stringify(origin),
    title: plain(about ? (TITLES_OF_ABOUT[kind] ?? title) : title),
    submit: plain(submit),
    close: plain('Cancel'),
    blocks: [...which(about), ...names.flatMap((name) => field(kind, name, choices, initial[name]) ?? [])],
  };
}

const TITLES_OF_ABOUT: Partial<Record<Kind, string>> = { stylize: 'Stylize this image', upscale: 'Enlarge this image' };

function which(about: Origin['about']): types.InputBlock[] {
  if (about?.ours === 'many')
    return [
      {
        ...{ type: 'input', block_id: WHICH, label: plain(PICK.label), hint: plain(PICK.hint) },
        element: { type: 'plain_text_input', action_id: 'value', max_length: 20 },
      },
    ];
  const labels = about?.files?.map(({ name }, i) => `${i + 1}: ${name ?? 'picture'}`) ?? [];
  const all = about?.ours ? Array.from({ length: about.ours }, (_, i) => `Picture ${i + 1}`) : labels;
  const element =
    all.length > 1
      ? select(
          all.map((label, i) => [label, String(i)]),
          '0',
        )
      : undefined;
  return element ? [{ type: 'input', block_id: WHICH, label: plain('Which picture'), element }] : [];
}

const Field = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.unknown()).optional(),
  files: z.array(z.unknown()).nullish(),
});

export interface Filled {
  options: Options;
  /** By option. */
  files: Record<string, SlackFile>;
  /** Which of a message's pictures, from 0; of many, as it was typed. */
  which: string;
}

export function readForm(kind: Kind, values: Record<string, Record<string, unknown>>): Filled {
  const filled: Filled = { options: {}, files: {}, which: '0' };
  for (const name of [WHICH, ...Object.keys(specOf(kind).fields)]) {
    const read = Field.safeParse(values[name]?.value).data;
    if (!read) continue;
    const [file] = SlackFile.array().safeParse(read.files ?? []).data ?? [];
    const value = read.selected_options
      ? read.selected_options.length > 0
      : (read.selected_option?.value ?? read.value);
    if (file) filled.files[name] = file;
    else if (name === WHICH) filled.which = String(value ?? 0);
    else if (value !== undefined && value !== null) filled.options[name] = value;
  }
  return filled;
}

type Problems = Record<string, string>;

/** What is wrong with each field, by its block; empty when the form can be taken. */
export function problems(kind: Kind, { options, files }: Filled): Problems {
  const wrong: Problems = {};
  const tell = (name: string, check: () => unknown) => {
    try {
      check();
    } catch (caught) {
      wrong[name] = toAppError(caught).message;
    }
  };
  for (const [name, file] of Object.entries(files))
    if (picturesAmong([file]).length === 0) wrong[name] = 'That file is not a picture. Send a PNG, JPEG, WebP or GIF.';
  if (kind === 'imagine') {
    tell('prompt', () => toRequest({ prompt: options.prompt ?? '' }));
    for (const name of Object.keys(options))
      if (name !== 'prompt') tell(name, () => toRequest({ prompt: 'x', [name]: options[name] }));
    return wrong;
  }
  if (kind === 'stylize' && !options.brush && !options.words && !files.like)
    wrong[specOf(kind).fields.brush ? 'words' : 'picture'] =
      'Choose a brush, type what it should become, or add a picture whose manner it takes.';
  for (const name of NUMBERS) if (options[name] !== undefined) tell(name, () => checkNumber(kind, name, options[name]));
  return wrong;
}

/** Options that requests know by the same name. */
const NUMBERS = ['strength', 'count', 'seed', 'truncation', 'frames'];

const SAMPLES: { [K in Kind]?: Record<string, unknown> } = {
  stylize: { source: { generationId: '00000000-0000-4000-8000-000000000000', index: 0 } },
  face: {},
  morph: { stops: [{ seed: 0 }, { seed: 1 }] },
};

function checkNumber(kind: Kind, name: string, value: unknown) {
  const table: OptionTable = COMMANDS[kind].options;
  if (table[name] && SAMPLES[kind]) checked({ kind, ...SAMPLES[kind], ...typed(table, { [name]: value }) });
}
