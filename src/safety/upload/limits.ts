/** How much of a picture is taken in, which settings say, and how much of it is kept, which what is made from it says. */
import type { UploadBounds } from '../../core/upload-bounds.ts';

export interface UploadLimits extends UploadBounds {
  /** What is kept: larger ones are shrunk to this many. */
  keptPixels: number;
  /** Of more frames, so many are kept, evenly spread. */
  keptFrames: number;
  keptMovingPixels: number;
  /** Narrower or flatter than 1 to so many is no picture. */
  proportion: number;
}

/** Where nothing is set. */
export const UPLOAD_LIMITS: UploadLimits = {
  bytes: 25 * 2 ** 20,
  pixels: 50_000_000, // telephones take 48 million
  frames: 120,
  movingPixels: 67_000_000,
  keptPixels: 2048 ** 2,
  keptFrames: 60,
  keptMovingPixels: 60 * 512 ** 2,
  proportion: 20,
  seconds: 15,
};
