/** A picture as Slack can show it: PNG, JPEG or GIF, blurred where moderation hides it. */
import sharp from 'sharp';
import type { ReplyImage } from '../../core/reply.ts';
import { veil } from './veil.ts';

export interface Sendable {
  name: string;
  bytes: Uint8Array;
}

/** Slack plays larger ones late or not at all. */
const MOST_GIF = 15 * 2 ** 20;
const SCALES = [1, 0.75, 0.5, 0.35] as const;
const ALL_FRAMES = { animated: true, limitInputPixels: false } as const;

export async function sendable({ name, mime, hidden }: ReplyImage, bytes: Uint8Array): Promise<Sendable> {
  const named = (extension: string) => name.replace(/\.\w+$/, extension);
  if (hidden) return { name: named('.png'), bytes: await veil(bytes) };
  if (mime !== 'image/webp') return { name, bytes };
  const { width, pages = 1 } = await sharp(bytes).metadata();
  if (pages === 1) return { name: named('.png'), bytes: await sharp(bytes).png().toBuffer() };
  return { name: named('.gif'), bytes: await gif(bytes, width) };
}

async function gif(webp: Uint8Array, width: number): Promise<Uint8Array> {
  let made: Uint8Array = webp;
  for (const scale of SCALES) {
    const image = sharp(webp, ALL_FRAMES);
    made = await (scale === 1 ? image : image.resize({ width: Math.max(1, Math.round(width * scale)) }))
      .gif({ effort: 4 })
      .toBuffer();
    if (made.length <= MOST_GIF) break;
  }
  return made;
}
