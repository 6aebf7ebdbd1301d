/** The pictures that an order is made from: they must still exist, and be something its person may see. */
import { AppError } from '../core/errors.ts';
import { maySee } from '../core/may-see.ts';
import type { Source, Sources } from '../core/recipe.ts';
import type { GenerationView, Records } from '../core/records.ts';
import { type OurPicture, type PictureRef, picturesNamed } from '../core/request.ts';
import type { Order } from '../core/studio.ts';
import { ownerOf } from './owner.ts';

/** Throws not_found for what was deleted or never made, not_yours for what belongs to others. */
export async function findSources({ records }: { records: Records }, order: Order): Promise<Sources> {
  const isOwner = ownerOf(records);
  const parents = new Map<string, GenerationView>();
  const named = picturesNamed(order.request);
  for (const id of [order.parentId, ...named.map((ref) => 'generationId' in ref && ref.generationId)]) {
    if (!id || parents.has(id)) continue;
    const parent = await records.find(id);
    if (!parent) throw new AppError('not_found', 'The picture this would be made from is no longer here.');
    if (!(await maySee({ isOwner }, order.sender, parent)))
      throw new AppError('not_yours', 'That picture belongs to somebody else.');
    parents.set(id, parent);
  }
  const kept = await keptOf(records, order);
  const found = new Map(named.map((ref) => [nameOf(ref), 'key' in ref ? kept(ref.key) : sourceOf(ref, parents)]));
  return (ref) => {
    const source = found.get(nameOf(ref));
    if (source) return source;
    throw new AppError('internal', 'A picture was planned with that the request does not name.');
  };
}

const nameOf = (ref: PictureRef): string => ('key' in ref ? ref.key : `${ref.generationId} ${ref.index}`);

/** What was handed in, as it was recorded: of what the order says about it only the key counts. */
async function keptOf(records: Records, { sender, request }: Order): Promise<(key: string) => Source> {
  const keys = picturesNamed(request).flatMap((ref) => ('key' in ref ? [ref.key] : []));
  const theirs = new Map((await records.handedIn(sender, [...new Set(keys)])).map((kept) => [kept.key, kept]));
  return (key) => {
    const picture = theirs.get(key);
    if (picture) return picture;
    throw new AppError('not_yours', 'That picture was not handed in by you, or it is no longer here. Send it again.');
  };
}

function sourceOf(ref: OurPicture, parents: ReadonlyMap<string, GenerationView>): Source {
  const { images, recipe } = parents.get(ref.generationId)!;
  const image = images.find(({ index }) => index === ref.index);
  if (image) return { ...image, made: { recipe, index: ref.index } };
  throw new AppError('not_found', 'There is no such picture to begin with.');
}
