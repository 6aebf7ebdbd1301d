/** The pictures of a Reply as uploads: within the limit, four on one sheet, many with an archive beside it, each with its alt text. */
import type { RawFile } from 'discord.js';
import type { Reply, ReplyImage } from '../../core/reply.ts';
import { archive, type Packed } from '../archive.ts';
import { fit as fitted } from '../fit.ts';
import { sheet } from '../sheet.ts';
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
/** Files a message takes. */
const MOST_FILES = 10;
/** Less of an alt text says nothing. */
const LEGIBLE = 60;

type Read = (key: string) => Promise<Uint8Array>;

interface Sheet {
  bytes: Uint8Array;
  mime: string;
  name: string;
  alt: string;
  hidden: boolean;
}

/** `limit`: bytes one file may have. Throws AppError when a picture cannot be made to fit. */
export async function uploads(
  { read }: { read: Read },
  { images, preview, archive: packed }: Pick<Reply, 'images' | 'preview' | 'archive'>,
  limit: number,
): Promise<Uploads> {
  const shown = images.length > 0 ? images : preview ? [preview] : [];
  const sheets =
    packed || shown.length === 4
      ? [await onOneSheet(read, shown)]
      : await Promise.all(shown.map(async (image) => ({ ...toSheet(image), bytes: await read(image.key) })));
  const each = Math.min(limit, Math.floor(REQUEST_LIMIT / Math.max(1, packed ? 2 : sheets.length)));
  const sent = await Promise.all(
    sheets.map(async (sheet) => ({ ...sheet, ...(await fitted(sheet, each)) }) satisfies Sheet & { note?: string }),
  );
  const taken = sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const room = { file: limit, total: REQUEST_LIMIT - taken, files: MOST_FILES - sent.length };
  const archives = packed
    ? await archive(
        packed.name,
        images.map((image, i) => packable(read, image, i)),
        room,
      )
    : { files: [] };
  const pictures = sent.map(({ bytes, mime, name, hidden, alt }) => ({
    bytes,
    mime,
    name: fileName(name, hidden),
    description: cut(alt, ALT_LIMIT),
  }));
  const hidden = images.some(({ hidden }) => hidden);
  const zips = archives.files.map(({ name, bytes }) => ({
    bytes,
    mime: 'application/zip',
    name: fileName(name, hidden),
    description: `${images.length} pictures`,
  }));
  return {
    files: [...pictures, ...zips].map(({ bytes, mime, name }, i) => ({
      name,
      data: Buffer.from(bytes),
      contentType: mime,
      key: `files[${i}]`,
    })),
    attachments: [...pictures, ...zips].map(({ name, description }, id) => ({ id, filename: name, description })),
    notes: [...new Set([...sent, archives].flatMap(({ note }) => note ?? []))],
  };
}

/** Numbered, so that they stand in order. */
const packable = (read: Read, { key, name, bytes }: ReplyImage, i: number): Packed => ({
  name: `${String(i + 1).padStart(3, '0')}-${name}`,
  bytes,
  read: () => read(key),
});

const toSheet = ({ name, mime, altText, title, hidden = false }: ReplyImage) => ({
  name,
  mime,
  alt: title ? `${title}: ${altText}` : altText,
  hidden,
});

/** Discord blurs a file by its name. */
const fileName = (name: string, hidden: boolean) => (hidden ? `SPOILER_${name}` : name);

async function onOneSheet(read: Read, images: readonly ReplyImage[]): Promise<Sheet> {
  const { bytes } = await sheet(
    images.map(
      ({ key }) =>
        () =>
          read(key),
    ),
  );
  const room = Math.floor(ALT_LIMIT / images.length) - 6;
  const each = images.map(({ altText }, i) => `${i + 1}: ${cut(altText, Math.max(room, 1))}`).join('\n');
  return {
    bytes,
    mime: 'image/png',
    name: images[0]!.name.replace(/\.\w+$/, images.length > 4 ? '-sheet.png' : '-grid.png'),
    alt: room < LEGIBLE ? `${images.length} pictures. ${images[0]!.altText}, and others like it` : each,
    hidden: images.some(({ hidden }) => hidden),
  };
}
