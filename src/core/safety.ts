/** What the queue is given to judge and to mark with. Implemented by safety/. */
import type { Picture } from './picture.ts';
import type { Recipe } from './recipe.ts';
import type { Request } from './request.ts';
import type { Verdict } from './verdict.ts';

export interface Safety {
  /** Same function at intake and in the worker: what the queue carries is not trusted. */
  judgePrompt(request: Request): Verdict;
  judgePicture(picture: Picture): Promise<Verdict>;
  /** Puts the blind watermark with this 64-bit code into the pixels. Deterministic for equal inputs. */
  mark(picture: Picture, code: bigint): Promise<{ picture: Picture; keyId: string; strength: 'normal' | 'weak' }>;
  /** PNG bytes with provenance: parameters text, digital source type. Deterministic for equal inputs. */
  encode(
    picture: Picture,
    about: { recipe: Recipe; seed: number; index: number; altText: string },
  ): Promise<{ bytes: Uint8Array; mime: string }>;
  /** The code in a picture's mark, if it is ours. */
  readMark(picture: Picture): Promise<{ code: bigint; keyId: string } | undefined>;
}
