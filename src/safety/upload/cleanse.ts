/** A file that somebody hands in, proven to be a picture and stripped of everything but its pixels. */
import type { Cleansed } from '../../core/safety.ts';
import { encode } from './encode.ts';
import { decodedKindOf } from './kinds.ts';
import { UPLOAD_LIMITS, type UploadLimits } from './limits.ts';
import { restrictLoaders } from './loaders.ts';
import { measure, refusal } from './measure.ts';
import { pixelsOf } from './pixels.ts';
import { samplesOf } from './samples.ts';

/** Files at a time: many large ones at once would fill the memory. */
const LANES = 2;

/** Answers how to cleanse. Equal files give equal bytes. Throws invalid_request with what to do. */
export function createCleanse(limits: UploadLimits = UPLOAD_LIMITS): (bytes: Uint8Array) => Promise<Cleansed> {
  restrictLoaders();
  const waiting: (() => void)[] = [];
  let free = LANES;
  return async (bytes) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await cleanse(bytes, limits);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function cleanse(bytes: Uint8Array, limits: UploadLimits): Promise<Cleansed> {
  if (bytes.length > limits.bytes)
    throw refusal(
      `That file has ${(bytes.length / 2 ** 20).toFixed(1)} MiB; the most is ${limits.bytes / 2 ** 20}. Send a smaller one.`,
    );
  const measured = await measure(decodedKindOf(bytes), bytes, limits);
  const pixels = await pixelsOf(bytes, measured, limits);
  const { width, height } = pixels;
  const { bytes: clean, mime, frames } = await encode(pixels);
  return {
    ...{ bytes: clean, mime, width, height, ...(frames > 1 && { frames }) },
    samples: await samplesOf(pixels),
  };
}
