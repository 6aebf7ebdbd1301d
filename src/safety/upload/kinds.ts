/** What a file is, by its first bytes: never by its name, and never by what somebody says it is. */
import { AppError } from '../../core/errors.ts';

/** What is decoded at all. */
export const DECODED = ['png', 'jpeg', 'webp', 'gif', 'avif'] as const;
export type Decoded = (typeof DECODED)[number];

/** What people send all the same, and what they can do about it. */
const REFUSED = {
  heic: 'That is a HEIC photo, which this server cannot read. Send it as JPEG (phones do when you choose “most compatible”).',
  html: 'That is a web page and not a picture. Download the picture itself and send that.',
  svg: 'That is an SVG drawing, which is a program rather than a picture. Send it as PNG.',
  pdf: 'That is a PDF document. Send the page as a PNG or JPEG picture.',
  tiff: 'That is a TIFF file, which is not accepted here. Send it as PNG or JPEG.',
  bitmap: 'Windows bitmaps and icons are not accepted here. Send the picture as PNG or JPEG.',
  photoshop: 'That is a Photoshop file. Send the picture as PNG or JPEG.',
  video: 'That is a video. Send a picture, or a short GIF.',
  archive: 'That is an archive. Send the picture itself.',
  nothing: 'That file is empty. Send it again.',
  other: 'That file is not a picture that can be read. Send a PNG, JPEG, WebP, GIF or AVIF.',
} as const;
export type Refused = keyof typeof REFUSED;

/** First bytes, as Latin-1; `····` stands for any four. */
const MAGIC: readonly (readonly [string, Decoded | Refused])[] = [
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff', 'jpeg'],
  ['RIFF····WEBPVP8', 'webp'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['BM', 'bitmap'],
  ['\0\0\x01\0', 'bitmap'],
  ['\0\0\x02\0', 'bitmap'],
  ['8BPS', 'photoshop'],
  ['PK\x03\x04', 'archive'],
  ['Rar!', 'archive'],
  ['7z\xbc\xaf', 'archive'],
  ['\x1f\x8b', 'archive'],
  ['RIFF····AVI ', 'video'],
  ['\x1a\x45\xdf\xa3', 'video'],
];
const HEAD = 1024;
const BRANDS: Readonly<Record<string, Decoded | Refused>> = {
  ...{ avif: 'avif', avis: 'avif' },
  ...{ heic: 'heic', heix: 'heic', hevc: 'heic', hevx: 'heic', heim: 'heic', heis: 'heic' },
};

/** The kind of a file. Text counts as what it begins with, whatever blanks, comments and declarations come before. */
export function kindOf(bytes: Uint8Array): Decoded | Refused {
  if (bytes.length === 0) return 'nothing';
  const head = Buffer.from(bytes.subarray(0, HEAD)).toString('latin1');
  const known = MAGIC.find(([magic]) => [...magic].every((sign, i) => sign === '·' || head[i] === sign));
  if (known) return known[1];
  if (head.slice(4, 8) === 'ftyp') return brandOf(head);
  if (head.includes('%PDF-')) return 'pdf';
  return markupOf(bytes);
}

/** ISO base media files (HEIF, AVIF, MP4) name what they are compatible with. */
function brandOf(head: string): Decoded | Refused {
  const major = head.slice(8, 12);
  if (major !== 'mif1' && major !== 'msf1') return BRANDS[major] ?? 'video';
  return /avi[fs]/.test(head.slice(16, 16 + 4 * 16)) ? 'avif' : 'heic';
}

/** UTF-8 or UTF-16 text in which markup begins. */
function markupOf(bytes: Uint8Array): Refused {
  const head = Buffer.from(bytes.subarray(0, 4 * HEAD))
    .toString('latin1')
    .replaceAll('\0', '')
    .toLowerCase();
  const root = /<(svg|!doctype html|html|head|body|script)\b/.exec(head)?.[1];
  if (!root) return 'other';
  return root === 'svg' ? 'svg' : 'html';
}

/** Throws invalid_request for whatever is not decoded here, with what to send instead. */
export function decodedKindOf(bytes: Uint8Array): Decoded {
  const kind = kindOf(bytes);
  if (isDecoded(kind)) return kind;
  throw new AppError('invalid_request', REFUSED[kind], { detail: { kind } });
}

const isDecoded = (kind: Decoded | Refused): kind is Decoded => (DECODED as readonly string[]).includes(kind);
