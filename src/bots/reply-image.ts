/** Pictures of the records as replies show them. */
import type { GenerationView, ImageView } from '../core/records.ts';
import type { ReplyImage } from '../core/reply.ts';
import type { KeptPicture } from '../core/request.ts';
import { isSeeded, quoted } from './wording.ts';

export function toReplyImage(image: ImageView, { request, recipe }: GenerationView): ReplyImage {
  const { key, mime, bytes, width, height, altText, seed, hidden } = image;
  const name = `${slug(quoted(request) ?? NAMES[request.kind])}-${seed}.${extension(mime)}`;
  const sown = isSeeded(recipe) && { seed };
  return { key, name, mime, bytes, width, height, altText, ...sown, ...(hidden && { hidden }) };
}

/** One that somebody handed in. */
export function toKeptImage({ key, width, height, frames }: KeptPicture, bytes: number): ReplyImage {
  const mime = frames ? 'image/webp' : 'image/png';
  return {
    key,
    name: `picture.${extension(mime)}`,
    mime,
    bytes,
    width,
    height,
    altText: 'The picture that was handed in',
  };
}

const NAMES = { imagine: 'picture', upscale: 'upscaled', stylize: 'stylized', face: 'face', morph: 'morph' };

const extension = (mime: string): string => mime.replace('image/', '').replace('jpeg', 'jpg');

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'picture';
