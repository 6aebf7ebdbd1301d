/** Slack has no spoiler: a picture that moderation hides is sent so blurred that nothing can be made out. */
import sharp from 'sharp';

/** So few cells survive, whatever was in the picture. */
const CELLS = 8;

export async function veil(bytes: Uint8Array): Promise<Uint8Array> {
  const { width = 512, height = 512 } = await sharp(bytes).metadata();
  const coarse = await sharp(bytes).removeAlpha().resize(CELLS, CELLS, { fit: 'fill' }).png().toBuffer();
  return sharp(coarse).resize(width, height, { fit: 'fill', kernel: 'cubic' }).png().toBuffer();
}
