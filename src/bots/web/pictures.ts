/** Bytes of a picture, for whoever may see its generation. */
import { AppError } from '../../core/errors.ts';
import type { GenerationView } from '../../core/records.ts';
import type { Sender, Studio } from '../../core/studio.ts';
import type { Live } from './live.ts';
import type { Visitor } from './session.ts';

const SHOWN_INLINE = new Set(['image/png', 'image/jpeg', 'image/webp']);

/** The generation, if this sender may see it: their own, or one that was not made in private. */
export async function visible(studio: Studio, sender: Sender, generationId: string): Promise<GenerationView> {
  const generation = await studio.find(generationId);
  if (!generation.request.private || (await studio.isOwner(sender, generation))) return generation;
  throw new AppError('not_found', 'There is no such picture here.');
}

/** `of`: the generation the key belongs to. Knowing a key is not enough. */
export async function readPicture(
  { studio, live }: { studio: Studio; live: Live },
  { visitor, key, of }: { visitor: Visitor; key: string; of: string },
): Promise<{ bytes: Uint8Array; mime: string; name: string }> {
  const image =
    live.preview(visitor.address.session, key) ??
    (await visible(studio, visitor.sender, of)).images.find((image) => image.key === key);
  if (!image) throw new AppError('not_found', 'There is no such picture here.');
  const mime = SHOWN_INLINE.has(image.mime) ? image.mime : 'application/octet-stream';
  return { bytes: await studio.read(key), mime, name: `atelier-${image.seed}` };
}
