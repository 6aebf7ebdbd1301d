/** How much of a picture is taken in, and how much of it is kept. */
export interface UploadLimits {
  bytes: number;
  /** Of one that stands still; told from its header, before anything is decoded. */
  pixels: number;
  frames: number;
  /** Of one that moves: all frames together. */
  movingPixels: number;
  /** What is kept: larger ones are shrunk to this many. */
  keptPixels: number;
  /** Of more frames, so many are kept, evenly spread. */
  keptFrames: number;
  keptMovingPixels: number;
  /** Narrower or flatter than 1 to so many is no picture. */
  proportion: number;
  /** Time a decoder may take. */
  seconds: number;
}

export const UPLOAD_LIMITS: UploadLimits = {
  bytes: 25 * 2 ** 20,
  pixels: 50_000_000, // telephones take 48 million
  frames: 120,
  movingPixels: 64 * 2 ** 20,
  keptPixels: 2048 ** 2,
  keptFrames: 60,
  keptMovingPixels: 60 * 512 ** 2,
  proportion: 20,
  seconds: 15,
};
