/** The pictures a plan is made for, as its recipe keeps them. */
import { AppError } from '../../core/errors.ts';
import type { Recipe, Source, StoredPicture } from '../../core/recipe.ts';
import { MAX_FRAMES } from '../../core/request.ts';
import { lengthOf } from '../gan/walk.ts';

/** Sides below this hold nothing to work with. */
const LEAST_SIDE = 16;

/** What can be worked with. Throws invalid_request for what is too small. */
export function storedOf({ key, sha256, width, height, frames, made }: Source): StoredPicture {
  if (Math.min(width, height) < LEAST_SIDE)
    throw new AppError(
      'invalid_request',
      `That picture is ${width}×${height} pixels. Take one of at least ${LEAST_SIDE} a side.`,
    );
  const count = frames ?? (made && framesMade(made.recipe)) ?? 1;
  return { key, sha256, width, height, ...(count > 1 && { frames: count }) };
}

/** One that stands still: its first frame, if it moves. */
export function stillOf(source: Source): StoredPicture {
  const { frames: _, ...still } = storedOf(source);
  return still;
}

/** Frames of what a recipe makes; ways there and back show neither end twice. */
function framesMade(recipe: Recipe): number {
  const loop = (way: number) => 2 * way - 2;
  switch (recipe.kind) {
    case 'upscale':
    case 'brush':
    case 'adain':
      return framesUsed(recipe.source);
    case 'morph':
      return loop(lengthOf(recipe.stops.length, recipe.frames));
    case 'imagine':
      return recipe.walk?.delayMs ? loop(recipe.walk.frames) : 1;
    default:
      return 1;
  }
}

/** As many as a film is worked on with. */
export const framesUsed = ({ frames = 1 }: Pick<StoredPicture, 'frames'>): number => Math.min(frames, MAX_FRAMES);

/** What a person should know of a film with more. */
export const shortenedNotes = ({ frames = 1 }: StoredPicture): string[] =>
  frames > MAX_FRAMES ? [`Of its ${frames} frames ${MAX_FRAMES} are kept; it lasts as long as before.`] : [];

interface Size {
  width: number;
  height: number;
}

/** The largest size of the same shape with at most so many pixels; undefined where its own is none too large. */
export function fitted({ width, height }: Size, pixels: number): Size | undefined {
  const share = Math.sqrt(pixels / (width * height));
  if (share >= 1) return undefined;
  return { width: Math.max(1, Math.floor(width * share)), height: Math.max(1, Math.floor(height * share)) };
}
