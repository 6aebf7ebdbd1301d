/** Bytes of a picture, for whoever may see its generation. */
import { AppError } from '../../core/errors.ts';
import { maySee } from '../../core/may-see.ts';
import { picturesOf } from '../../core/recipe.ts';
import type { GenerationView } from '../../core/records.ts';
import type { Sender, Studio } from '../../core/studio.ts';
import { archive } from '../archive.ts';
import { toKeptImage, toReplyImage } from '../reply-image.ts';
import type { Live } from './live.ts';
import type { Visitor } from './session.ts';

const SHOWN_INLINE = new Set(['image/png', 'image/jpeg', 'image/webp']);

/** The generation, if this sender may see it. */
export async function visible(studio: Studio, sender: Sender, generationId: string): Promise<GenerationView> {
  const generation = await studio.find(generationId);
  if (await maySee(studio, sender, generation)) return generation;
  throw new AppError('not_found', 'There is no such picture here.');
}

/** `of`: the generation the key belongs to. Knowing a key is not enough. */
export async function readPicture(
  { studio, live }: { studio: Studio; live: Live },
  { visitor, key, of }: { visitor: Visitor; key: string; of: string },
): Promise<{ bytes: Uint8Array; mime: string; name: string }> {
  const image = live.preview(visitor.address.session, key) ?? (await pictureOf(studio, visitor, { key, of }));
  if (!image) throw new AppError('not_found', 'There is no such picture here.');
  const mime = SHOWN_INLINE.has(image.mime) ? image.mime : 'application/octet-stream';
  return { bytes: await studio.read(key), mime, name: `atelier-${image.seed}` };
}

/** What was made, for everybody who sees the generation; what it was made from, for whoever asked for it. */
async function pictureOf(studio: Studio, { sender }: Visitor, { key, of }: { key: string; of: string }) {
  const generation = await visible(studio, sender, of);
  const made = generation.images.find((image) => image.key === key);
  if (made) return made;
  const source = picturesOf(generation.recipe).find((picture) => picture.key === key);
  if (!source || !(await studio.isOwner(sender, generation))) return undefined;
  return toKeptImage(source, 0);
}

/** Every picture of a generation as one zip file. */
export async function readArchive(
  studio: Studio,
  { visitor, of }: { visitor: Visitor; of: string },
): Promise<{ bytes: Uint8Array; name: string }> {
  const generation = await visible(studio, visitor.sender, of);
  const pictures = generation.images.map((image) => ({
    ...toReplyImage(image, generation),
    read: () => studio.read(image.key),
  }));
  const name = `${generation.request.kind}-${of.slice(-8)}.zip`;
  const { files } = await archive(name, pictures, { file: Infinity, total: Infinity, files: 1 });
  if (!files[0]) throw new AppError('not_found', 'There are no pictures there.');
  return files[0];
}
