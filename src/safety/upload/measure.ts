/** How large a picture says it is, and whether that is too much: its header alone is read. */
import sharp from 'sharp';
import { AppError } from '../../core/errors.ts';
import { framesOfGif } from './gif.ts';
import type { Decoded } from './kinds.ts';
import type { UploadLimits } from './limits.ts';

export interface Measured {
  kind: Decoded;
  /** Of one frame, held upright. */
  width: number;
  height: number;
  /** 1 for one that stands still. */
  frames: number;
  delaysMs: readonly number[];
}

export const refusal = (message: string, detail: Record<string, unknown> = {}) =>
  new AppError('invalid_request', message, { detail });

/** A file that says it is a picture and does not hold one. */
export const damaged = (cause?: unknown) =>
  new AppError(
    'invalid_request',
    'That picture is damaged or was not sent completely. Open it, save it again and send that.',
    { cause },
  );

/** sharp calls AVIF by its container. */
const FORMAT: Readonly<Record<Decoded, string>> = { png: 'png', jpeg: 'jpeg', webp: 'webp', gif: 'gif', avif: 'heif' };

/** Throws invalid_request for what is larger than allowed, or damaged. */
export async function measure(kind: Decoded, bytes: Uint8Array, limits: UploadLimits): Promise<Measured> {
  const counted = kind === 'gif' ? (framesOfGif(bytes) ?? fail(damaged())) : 1;
  refuseFrames(counted, limits);
  const {
    format,
    autoOrient,
    pages = 1,
    delay,
  } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => fail(damaged(cause)));
  if (format !== FORMAT[kind]) throw damaged();
  const { width, height } = autoOrient;
  const frames = kind === 'gif' || kind === 'webp' ? pages : 1; // an AVIF's further pictures are not shown
  refuseFrames(frames, limits);
  const [most, all] = frames > 1 ? [limits.movingPixels, width * height * frames] : [limits.pixels, width * height];
  if (all > most)
    throw refusal(
      `That picture has ${width}×${height} pixels${frames > 1 ? ` in ${frames} frames` : ''}; the most is ${Math.floor(most / 1e6)} million in all. Send a smaller one.`,
      { width, height, frames },
    );
  if (Math.max(width, height) > limits.proportion * Math.min(width, height))
    throw refusal(
      `That picture is ${width}×${height}: one side may be at most ${limits.proportion} times the other. Cut it and send that.`,
    );
  return { kind, width, height, frames, delaysMs: Array.from({ length: frames }, (_, i) => pace(delay?.[i])) };
}

function refuseFrames(frames: number, limits: UploadLimits) {
  if (frames > limits.frames)
    throw refusal(`That animation has ${frames} frames; the most is ${limits.frames}. Send a shorter one.`, { frames });
}

/** Browsers show what claims to be faster than anybody can see at ten frames a second. */
const pace = (ms = 100) => (ms < 20 ? 100 : Math.min(ms, 10_000));

const fail = (error: AppError): never => {
  throw error;
};
