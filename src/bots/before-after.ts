/** A picture beside the one it was made from, for one person's eyes. */
import { AppError } from '../core/errors.ts';
import { maySee } from '../core/may-see.ts';
import type { GenerationView } from '../core/records.ts';
import type { Reply, ReplyImage } from '../core/reply.ts';
import type { PictureRef } from '../core/request.ts';
import type { Sender, Studio } from '../core/studio.ts';
import { pick } from './pressed.ts';
import { toKeptImage, toReplyImage } from './reply-image.ts';
import { saySource, sourceOf } from './source.ts';

export async function beforeAndAfter(
  studio: Studio,
  sender: Sender,
  generation: GenerationView,
  index: number,
): Promise<Reply> {
  const source = sourceOf(generation);
  if (!source) throw new AppError('invalid_request', 'That picture was not made from another.');
  const titled = (title: string, image: ReplyImage) => ({
    ...image,
    title,
    name: `${title.toLowerCase()}-${image.name}`,
  });
  return {
    state: 'notice',
    generationId: generation.id,
    headline: 'Before and after.',
    lines: [`Made from ${saySource(source)}.`],
    images: [
      titled('Before', await before(studio, sender, source)),
      titled('After', toReplyImage(pick(generation, index), generation)),
    ],
    buttons: [],
    private: true,
  };
}

async function before(studio: Studio, sender: Sender, source: PictureRef): Promise<ReplyImage> {
  if ('key' in source) return toKeptImage(source, (await studio.read(source.key)).length);
  const generation = await studio.find(source.generationId);
  if (!(await maySee(studio, sender, generation)))
    throw new AppError('not_yours', 'The picture it was made from is private to another person.');
  return toReplyImage(pick(generation, source.index), generation);
}
