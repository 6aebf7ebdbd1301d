/** Reply → the body of a Discord message, as it travels. Nothing a person typed can ping, link or format. */
import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  ButtonStyle,
  ComponentType,
  type RawFile,
} from 'discord.js';
import { encodeAction } from '../../core/action.ts';
import type { Button, Reply } from '../../core/reply.ts';
import { cut, literal } from './escape.ts';
import { type Uploads, uploads } from './pictures.ts';

export interface Rendered {
  body: {
    content: string;
    components: APIActionRowComponent<APIButtonComponentWithCustomId>[];
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
      components: rows(reply.buttons),
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

const rows = (buttons: Reply['buttons']): Rendered['body']['components'] =>
  buttons.map((row) => ({
    type: ComponentType.ActionRow,
    components: row.map(({ label, action, style }) => ({
      type: ComponentType.Button,
      style: STYLES[style],
      label: cut(label, LABEL_LIMIT),
      custom_id: encodeAction(action),
    })),
  }));
