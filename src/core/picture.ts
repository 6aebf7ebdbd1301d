/** Pixels in memory, and the seam between queue and engine. */
import type { Logger } from './log.ts';
import type { Recipe } from './recipe.ts';

export interface Picture {
  width: number;
  height: number;
  /** RGB, row by row, 8 bits a channel: width × height × 3 bytes. */
  data: Uint8Array;
}

export interface Made {
  picture: Picture;
  /** The seed that makes this one alone. */
  seed: number;
  /** Of one that moves; `picture` is then its first frame. */
  animation?: Animation | undefined;
}

/** Frames of equal size, shown in a loop, each for so many milliseconds. */
export interface Animation {
  frames: readonly Picture[];
  delaysMs: readonly number[];
}

export interface Progress {
  step: number;
  total: number;
  /** A rough look at what is coming, small. */
  preview?: Picture;
}

export interface GenerateContext {
  log: Logger;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Bytes of the recipe's source picture, by storage key. */
  load: (key: string) => Promise<Uint8Array>;
  /** Whose work it is, and where they asked: the engine is shared fairly among spaces, and among the people of each. */
  person?: string | undefined;
  space?: string | undefined;
  /** Their share of it, 1 being ordinary. */
  weight?: number | undefined;
  /** Little work, which goes first among equals. */
  light?: boolean | undefined;
  /** A state told to onCheckpoint before: the work goes on from there. One of another recipe or engine is left aside. */
  resume?: Uint8Array | undefined;
  /** Told every few seconds, and between passes, how to go on from here. Only the newest is worth keeping. */
  onCheckpoint?: ((state: Uint8Array) => void) | undefined;
}

export interface GenerateResult {
  images: Made[];
  timings: {
    /** Wall time in the engine, milliseconds. */
    totalMs: number;
    /** Sum of session.run, milliseconds. */
    runMs: number;
  };
  /** Under what equality of bytes is promised: runtime version, provider, threads, CPU. */
  fingerprint: string;
}

/** A Recipe in, pixels out. Throws AppError; aborting the signal stops between steps. */
export type Generate = (recipe: Recipe, context: GenerateContext) => Promise<GenerateResult>;

/** Class probabilities of one picture, 0–1, by label. */
export type Classify = (picture: Picture) => Promise<Readonly<Record<string, number>>>;

/** What a control would see of a picture, of the same size. Throws invalid_request for an unknown hint, model_missing. */
export type MakeHint = (picture: Picture, hint: string) => Promise<Picture>;
