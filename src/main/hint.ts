/** What a control would see of a picture, from a shell. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { AppError } from '../core/errors.ts';
import { createEngine } from '../engine/client.ts';
import { decodePicture } from '../engine/picture-input.ts';
import { covering, lay } from '../engine/placement.ts';
import { readEnvironment } from './environment.ts';
import { findRoom, writeEach } from './picture-files.ts';

interface Options {
  kind: string;
  out: string;
  size?: string;
}

export async function hint(file: string, { kind, out, size }: Options): Promise<void> {
  const { config, log } = readEnvironment('hint');
  log.level = process.env.LOG_LEVEL?.trim() ? log.level : 'warn';
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new AppError('invalid_request', `${file} cannot be read.`, { cause });
  });
  await findRoom(out);
  const whole = await decodePicture(bytes);
  const canvas = size === undefined ? undefined : sizeOf(size);
  const picture = canvas ? await lay(whole, covering(whole, canvas), canvas, 'edge') : whole;
  const engine = await createEngine({ config, log });
  try {
    const started = performance.now();
    const { width, height, data } = await engine.hint(picture, kind);
    const png = sharp(data, { raw: { width, height, channels: 3 } }).png();
    await writeEach(out, [await png.toBuffer()]);
    process.stdout.write(
      `${JSON.stringify({ file: out, kind, width, height, ms: Math.round(performance.now() - started) })}\n`,
    );
  } finally {
    await engine.close();
  }
}

function sizeOf(text: string): { width: number; height: number } {
  const [width = 0, height = 0] = /^(\d{1,4})x(\d{1,4})$/.exec(text)?.slice(1).map(Number) ?? [];
  if (width > 0 && height > 0) return { width, height };
  throw new AppError('invalid_request', `--size takes width and height, such as 512x512, not “${text.slice(0, 40)}”.`);
}
