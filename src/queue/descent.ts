/** Whether a picture that somebody handed in is at the root of what is asked for. */
import type { Records } from '../core/records.ts';
import { picturesNamed, type Request } from '../core/request.ts';

/** Generations looked through on the way to the root. */
const MOST = 64;

/** Itself, or by whatever was made from it. What cannot be followed to its root counts as handed in. */
export async function fromHandedIn({ find }: Pick<Records, 'find'>, request: Request): Promise<boolean> {
  const seen = new Set<string>();
  let requests = [request];
  while (requests.length > 0) {
    const named = requests.flatMap(picturesNamed);
    if (named.some((ref) => 'key' in ref)) return true;
    const ids = named.flatMap((ref) => ('key' in ref || seen.has(ref.generationId) ? [] : [ref.generationId]));
    for (const id of ids) seen.add(id);
    if (seen.size > MOST) return true;
    const parents = await Promise.all([...new Set(ids)].map((id) => find(id)));
    if (parents.some((parent) => !parent)) return true;
    requests = parents.flatMap((parent) => (parent ? [parent.request] : []));
  }
  return false;
}
