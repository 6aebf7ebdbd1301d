/** The pictures of a Reply as uploads: within the limit, four on one sheet, each with its alt text. */
import type { RawFile } from 'discord.js';
import type { Reply, ReplyImage } from '../../core/reply.ts';
import { fit as fitted } from '../fit.ts';
import { grid } from '../grid.ts';
import { cut } from './escape.ts';

export interface Uploads {
  files: RawFile[];
  attachments: { id: number; filename: string; description: string }[];
  /** What had to be done to them. */
  notes: string[];
}

/** Discord takes 25 MiB a request; some of it is not pictures. */
const REQUEST_LIMIT = 24 * 1024 * 1024;
const ALT_LIMIT = 1024;

interface Sheet {
  bytes: Uint8Array;
  mime: string;
  name: string;
  alt: string;
  hidden: boolean;
}

/** `limit`: bytes one file may have. Throws AppError when a picture cannot be made to fit. */
export async function uploads(
  { read }: { read: (key: string) => Promise<Uint8Array> },
  { images, preview }: Pick<Reply, 'images' | 'preview'>,
  limit: number,
): Promise<Uploads> {
  const shown = images.length > 0 ? images : preview ? [preview] : [];
  const pictures = await Promise.all(shown.map(async (image) => ({ ...toSheet(image), bytes: await read(image.key) })));
  const sheets = pictures.length === 4 ? [await onOneSheet(pictures)] : pictures;
  const each = Math.min(limit, Math.floor(REQUEST_LIMIT / Math.max(1, sheets.length)));
  const sent = await Promise.all(
    sheets.map(async (sheet) => ({ ...sheet, ...(await fitted(sheet, each)) }) satisfies Sheet & { note?: string }),
  );
  return {
    files: sent.map(({ bytes, mime, name, hidden }, i) => ({
      name: fileName(name, hidden),
      data: Buffer.from(bytes),
      contentType: mime,
      key: `files[${i}]`,
    })),
    attachments: sent.map(({ name, hidden, alt }, id) => ({
      id,
      filename: fileName(name, hidden),
      description: cut(alt, ALT_LIMIT),
    })),
    notes: [...new Set(sent.flatMap(({ note }) => note ?? []))],
  };
}

const toSheet = ({ name, mime, altText, hidden = false }: ReplyImage) => ({ name, mime, alt: altText, hidden });

/** Discord blurs a file by its name. */
const fileName = (name: string, hidden: boolean) => (hidden ? `SPOILER_${name}` : name);

async function onOneSheet(pictures: Sheet[]): Promise<Sheet> {
  const { bytes } = await grid(pictures.map(({ bytes }) => bytes));
  const room = Math.floor(ALT_LIMIT / pictures.length) - 4;
  return {
    bytes,
    mime: 'image/png',
    name: pictures[0]!.name.replace(/\.\w+$/, '-grid.png'),
    alt: pictures.map(({ alt }, i) => `${i + 1}: ${cut(alt, room)}`).join('\n'),
    hidden: pictures.some(({ hidden }) => hidden),
  };
}
