/** A Reply as Slack shows it: blocks within Block Kit's limits, and the text that notifications and screen readers get. */
import type { types } from '@slack/bolt';
import { encodeAction, type Verb } from '../../core/action.ts';
import type { Button, Menu, Reply, ReplyImage } from '../../core/reply.ts';
import { asking } from '../pick.ts';
import { clip, escaped, literal, pack } from './text.ts';

export interface Look {
  text: string;
  blocks: types.KnownBlock[];
}

const SECTION = 3000;
const CONTEXT = 2000;
const BAR = 12;
const VEILED = 'Moderation is not sure that everyone may see this, so it is shown blurred here.';

/** A block's id that names the archives handed out with a message, so that they go with it. */
export const ARCHIVE = 'archive:';

/** The key of a sheet among a reply's images, and its block's id: one image that is many pictures. */
export const SHEET = 'sheet';

/** `files` are the uploaded pictures' Slack ids, in the order of `reply.images`. */
export function render(
  reply: Reply,
  files: readonly string[] = [],
  archives: { ids: readonly string[]; line?: string } = { ids: [] },
): Look {
  const { headline, prompt, lines, images, buttons, menus = [], progress, state } = reply;
  return {
    text: clip([headline, ...(prompt ? [`“${prompt}”`] : [])].join(' '), SECTION, escaped),
    blocks: [
      section(`*${clip(headline, SECTION - 2, escaped)}*`),
      ...(prompt ? [section(literal(prompt, SECTION))] : []),
      ...(progress ? [context(bar(progress))] : []),
      ...files.flatMap((id, i) => {
        const image = images[i];
        return image ? [picture(id, image, image.title ?? (images.length > 1 ? captioned(i, image) : undefined))] : [];
      }),
      ...(images.some(({ hidden }) => hidden) ? [context(VEILED)] : []),
      ...(state === 'notice' ? pack(lines, SECTION).map(section) : pack(lines, CONTEXT).map(context)).slice(0, 8),
      ...(archives.line
        ? [
            {
              ...context(archives.line),
              ...(archives.ids.length > 0 && { block_id: ARCHIVE + archives.ids.join(',') }),
            },
          ]
        : []),
      ...buttons.filter((row) => row.length > 0).map(actions),
      ...menus.flatMap((menu, i) => (menu.options.length > 0 ? [choice(menu, i)] : [])),
    ],
  };
}

/** mrkdwn as written: links and mentions only where the text spells them out. */
export const section = (text: string): types.SectionBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text, verbatim: true },
});

export const context = (text: string): types.ContextBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text, verbatim: true }],
});

const picture = (id: string, { key, altText }: ReplyImage, title: string | undefined): types.ImageBlock => ({
  type: 'image',
  ...(key === SHEET && { block_id: SHEET }),
  slack_file: { id },
  alt_text: clip(altText, 2000),
  ...(title && { title: { type: 'plain_text', text: title } }),
});

const captioned = (i: number, { seed }: ReplyImage) => (seed === undefined ? `${i + 1}` : `${i + 1}: seed ${seed}`);

const actions = (row: Button[]): types.ActionsBlock => ({
  type: 'actions',
  elements: row.map(({ label, action, style }) => ({
    type: 'button',
    action_id: `press:${action.verb}:${action.index}`,
    text: { type: 'plain_text', text: clip(label, 75), emoji: true },
    value: encodeAction(action),
    accessibility_label: SPOKEN[action.verb](action.index + 1),
    // Slack asks for at most one green button in a set.
    ...(style === 'danger' && { style }),
    ...(style === 'primary' && row.filter((other) => other.style === 'primary').length === 1 && { style }),
  })),
});

/** At most so many in one of Slack's menus; of more, one is named in a form. */
const MOST_OPTIONS = 100;

function choice(menu: Menu, nth: number): types.ActionsBlock {
  const button = menu.options.length > MOST_OPTIONS ? asking(menu) : undefined;
  return button ? actions([button]) : select(menu, nth);
}

const select = ({ placeholder, options }: Menu, nth: number): types.ActionsBlock => ({
  type: 'actions',
  elements: [
    {
      type: 'static_select',
      action_id: `menu:${nth}`,
      placeholder: { type: 'plain_text', text: clip(placeholder, 150), emoji: true },
      options: options.slice(0, MOST_OPTIONS).map(({ label, note, action }) => ({
        text: { type: 'plain_text', text: clip(label, 75), emoji: true },
        ...(note && { description: { type: 'plain_text' as const, text: clip(note, 75) } }),
        value: encodeAction(action),
      })),
    },
  ],
});

const SPOKEN = {
  upscale: (nth) => `Upscale picture ${nth}`,
  vary: (nth) => `Vary picture ${nth}`,
  reroll: () => 'Make it again with another seed',
  stylize: (nth) => `Stylize picture ${nth}`,
  softer: () => 'The same style, softer',
  stronger: () => 'The same style, stronger',
  before: () => 'Show the picture it was made from beside it, only to me',
  edit: (nth) => `Change face ${nth}`,
  mix: (nth) => `Mix face ${nth} with another`,
  morph: (nth) => `Turn picture ${nth} into another`,
  pick: () => 'Say which of the pictures, by its number or seed',
  details: () => 'Show how it was made, only to me',
  show: () => 'Show it again, only to me',
  cancel: () => 'Cancel this job',
  delete: () => 'Delete the pictures and this message',
} satisfies Record<Verb, (nth: number) => string>;

const bar = ({ step, total }: { step: number; total: number }): string => {
  const full = Math.max(0, Math.min(BAR, Math.round((BAR * step) / Math.max(1, total))));
  return `${'▰'.repeat(full)}${'▱'.repeat(BAR - full)} ${step}/${total}`;
};
