/** What the queue is given to judge and to mark with. Implemented by safety/. */
import type { Animation, Picture } from './picture.ts';
import type { Recipe } from './recipe.ts';
import type { Request } from './request.ts';
import type { Verdict } from './verdict.ts';

/** A file that was handed in, proven to be a picture and stripped of everything but its pixels. */
export interface Cleansed {
  /** PNG; animated WebP where there are frames. */
  bytes: Uint8Array;
  mime: string;
  width: number;
  height: number;
  /** Of one that moves. */
  frames?: number;
  /** What a classifier is to see of it. */
  samples: readonly Picture[];
}

/** What else bears on a judgement. */
export interface Circumstances {
  /** Other words than the request's own: a reading of them, or what they became in the recipe. */
  words?: { prompt: string; negativePrompt: string };
  /** A picture that somebody handed in is in it, itself or by descent: then nothing suggestive passes. */
  handedIn?: boolean;
}

/** How a picture was marked; more of it only safety/ knows. */
export interface Manner {
  strength: 'normal' | 'weak';
}

interface Mark extends Manner {
  keyId: string;
  manner?: Manner;
}

export interface Safety {
  /** Same function at intake and in the worker: what the queue carries is not trusted. */
  judgePrompt(request: Request, circumstances?: Circumstances): Verdict;
  judgePicture(picture: Picture, circumstances?: Pick<Circumstances, 'handedIn'>): Promise<Verdict>;
  /** Deterministic. Throws invalid_request with what to do instead. */
  cleanse(bytes: Uint8Array): Promise<Cleansed>;
  judgeUpload(picture: Cleansed): Promise<Verdict>;
  /**
   * Puts the blind watermark with this 64-bit code into the pixels. Deterministic for equal inputs. `like`: how the frame
   * before was marked; what is the same in both then stays the same.
   */
  mark(picture: Picture, code: bigint, like?: Manner): Promise<Mark & { picture: Picture }>;
  /** PNG, or animated WebP, with provenance: parameters text, digital source type. Deterministic for equal inputs. */
  encode(
    picture: Picture | Animation,
    about: { recipe: Recipe; seed: number; index: number; altText: string },
  ): Promise<{ bytes: Uint8Array; mime: string }>;
  /** The code in the mark of a picture, or of the frames of one that moves, if it is ours. */
  readMark(shown: Picture | readonly Picture[]): Promise<{ code: bigint; keyId: string } | undefined>;
}
