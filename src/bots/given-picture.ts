/** A picture as a command is given it. */
import { AppError } from '../core/errors.ts';
import { maySee } from '../core/may-see.ts';
import type { OurPicture, PictureRef } from '../core/request.ts';
import type { Sender, Studio } from '../core/studio.ts';

export type GivenPicture =
  | PictureRef
  /** Handed in; its bytes are fetched when everything else is found to be in order. */
  | { fetch(): Promise<Uint8Array> }
  /** An id that details name, `#2` behind it for the second picture. */
  | { id: string };

/** Stands for a picture while the rest of a request is checked. */
export const UNSEEN: PictureRef = { key: '', sha256: '0'.repeat(64), width: 1, height: 1 };

const ID = /^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\s*[#/:]\s*(\d{1,3}))?\s*$/i;

/** Throws invalid_request, picture_refused, not_found, not_yours. */
export async function take(studio: Studio, sender: Sender, given: GivenPicture): Promise<PictureRef> {
  if ('fetch' in given) return studio.handIn(sender, await given.fetch());
  if ('id' in given) return ours(studio, sender, given.id);
  return given;
}

/** One of our pictures that this person may see. */
async function ours(studio: Studio, sender: Sender, text: string): Promise<OurPicture> {
  const [, id, nth = '1'] = ID.exec(text) ?? [];
  if (!id)
    throw new AppError(
      'invalid_request',
      'Name a picture by the id its details say, such as 0190f3c0-7b1a-7cc3-8f4e-2f1f0a9b8c7d, or …#2 for the second of several.',
    );
  const generation = await studio.find(id.toLowerCase());
  if (!(await maySee(studio, sender, generation)))
    throw new AppError('not_yours', 'That picture belongs to somebody else.');
  const image = generation.images.find(({ index }) => index === Number(nth) - 1);
  if (!image) throw new AppError('not_found', `There is no picture ${nth} there, or it is not ready.`);
  return { generationId: generation.id, index: image.index };
}
