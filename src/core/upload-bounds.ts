/** What may be handed in, as the settings say. */
import type { Config } from './config.ts';

export interface UploadBounds {
  /** Of the file. */
  bytes: number;
  /** Of one that stands still. */
  pixels: number;
  frames: number;
  /** Of one that moves: all frames together. */
  movingPixels: number;
  /** Time a decoder may take. */
  seconds: number;
}

type Settings = Pick<
  Config,
  'UPLOAD_MAX_MB' | 'UPLOAD_MAX_MEGAPIXELS' | 'UPLOAD_MAX_FRAMES' | 'UPLOAD_MAX_MOVING_MEGAPIXELS' | 'UPLOAD_SECONDS'
>;

/** Of the file. */
export const uploadBytes = ({ UPLOAD_MAX_MB }: Pick<Config, 'UPLOAD_MAX_MB'>): number =>
  Math.floor(UPLOAD_MAX_MB * 2 ** 20);

export const uploadBounds = (config: Settings): UploadBounds => ({
  bytes: uploadBytes(config),
  pixels: Math.floor(config.UPLOAD_MAX_MEGAPIXELS * 1e6),
  frames: config.UPLOAD_MAX_FRAMES,
  movingPixels: Math.floor(config.UPLOAD_MAX_MOVING_MEGAPIXELS * 1e6),
  seconds: config.UPLOAD_SECONDS,
});
