/** Reply → the body of a Discord message, as it travels. Nothing a person typed can ping, link or format. */
import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIStringSelectComponent,
  ButtonStyle,
  ComponentType,
  type RawFile,
} from 'discord.js';
import { encodeAction } from '../../core/action.ts';
import type { Button, Menu, Reply } from '../../core/reply.ts';
import { asking } from '../pick.ts';
import { MOST_CHOICES } from './commands.ts';
import { cut, literal } from './escape.ts';
import { type Uploads, uploads } from './pictures.ts';

export interface Rendered {
  body: {
    content: string;
    components: APIActionRowComponent<APIButtonComponentWithCustomId | APIStringSelectComponent>[];
    /** Always present: on an edit the list replaces what was attached. */
    attachments: Uploads['attachments'];
    allowed_mentions: { parse: [] };
  };
  files: RawFile[];
}

/** What Discord takes from anybody, in bytes a file. */
export const DEFAULT_UPLOAD_LIMIT = 10 * 1024 * 1024;
const CONTENT_LIMIT = 2000;
const PROMPT_SHOWN = 600;
const LABEL_LIMIT = 80;
const CHOICE_LIMIT = 100;
const ROWS = 5;

const STYLES = {
  primary: ButtonStyle.Primary,
  neutral: ButtonStyle.Secondary,
  danger: ButtonStyle.Danger,
} satisfies Record<Button['style'], ButtonStyle>;

export async function render(
  deps: { read: (key: string) => Promise<Uint8Array> },
  reply: Reply,
  limit = DEFAULT_UPLOAD_LIMIT,
): Promise<Rendered> {
  const { files, attachments, notes } = await uploads(deps, reply, limit);
  return {
    body: {
      content: content(reply, notes),
      components: rows(reply),
      attachments,
      allowed_mentions: { parse: [] },
    },
    files,
  };
}

/** The prompt as a quotation, the headline, a countdown, then the lines. */
export function content({ prompt, headline, lines, readyAt }: Reply, notes: readonly string[] = []): string {
  const text = [
    ...(prompt ? [`> ${cut(literal(prompt), PROMPT_SHOWN)}`] : []),
    `**${literal(headline)}**${readyAt ? ` Expected <t:${Math.ceil(readyAt.getTime() / 1000)}:R>.` : ''}`,
    ...[...lines, ...notes].map(literal),
  ];
  return cut(text.join('\n'), CONTENT_LIMIT);
}

const rows = ({ buttons, menus = [] }: Reply): Rendered['body']['components'] =>
  [...buttons.filter((row) => row.length > 0).map(buttonRow), ...menus.flatMap(menuRow)].slice(0, ROWS);

const buttonRow = (row: Button[]): Rendered['body']['components'][number] => ({
  type: ComponentType.ActionRow,
  components: row.map(({ label, action, style }) => ({
    type: ComponentType.Button,
    style: STYLES[style],
    label: cut(label, LABEL_LIMIT),
    custom_id: encodeAction(action),
  })),
});

/** Each choice carries its whole action. More than a menu shows are named in a form instead. */
function menuRow(menu: Menu, i: number): Rendered['body']['components'] {
  const { placeholder, options } = menu;
  const button = options.length > MOST_CHOICES ? asking(menu) : undefined;
  if (button) return [buttonRow([button])];
  return [
    {
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: `v1:menu:${i}`,
          placeholder: cut(placeholder, CHOICE_LIMIT),
          options: options.slice(0, MOST_CHOICES).map(({ label, note, action }) => ({
            label: cut(label, CHOICE_LIMIT),
            value: encodeAction(action),
            ...(note && { description: cut(note, CHOICE_LIMIT) }),
          })),
        },
      ],
    },
  ];
}
