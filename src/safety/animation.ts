/** Pictures that move, as files that say where they come from. */
import sharp from 'sharp';
import type { Animation } from '../core/picture.ts';
import { parametersText } from './parameters.ts';
import { type About, xmpPacket } from './provenance.ts';

/** Enough for the watermark to outlast it in every frame, at a fifth of the bytes of a lossless file. */
const QUALITY = 90;

/** In an endless loop. Equal frames and recipes give equal bytes. Of a GIF's colours 256 are left. */
export async function encodeAnimation(
  { frames, delaysMs }: Animation,
  { recipe, seed, index, altText }: About,
  format: 'webp' | 'gif' = 'webp',
): Promise<Uint8Array> {
  const [{ width, height }] = frames as [Animation['frames'][number]];
  const strip = Buffer.concat(frames.map(({ data }) => data));
  const raw = { width, height: height * frames.length, pageHeight: height, channels: 3 } as const;
  const film = sharp(strip, { raw }).withXmp(xmpPacket(altText, parametersText(recipe, seed, index)));
  const shown = { delay: [...delaysMs], loop: 0 };
  return new Uint8Array(
    await (format === 'gif'
      ? film.gif({ ...shown, effort: 3 })
      : film.webp({ ...shown, quality: QUALITY, effort: 3, smartSubsample: true })
    ).toBuffer(),
  );
}
