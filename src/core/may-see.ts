import type { GenerationView } from './records.ts';
import type { Sender, Studio } from './studio.ts';

/** Who may look at what was made, and begin with it: its person; others where both of them are, unless it was made in private. */
export async function maySee(
  { isOwner }: Pick<Studio, 'isOwner'>,
  sender: Sender,
  generation: GenerationView,
): Promise<boolean> {
  if (await isOwner(sender, generation)) return true;
  const where = placeOf(sender);
  return !generation.request.private && where !== undefined && where === placeOf(generation.sender);
}

/** A guild or workspace, or our own page; a direct message is nobody else's place. */
function placeOf({ platform, space }: Sender): string | undefined {
  if (space) return `${platform} ${space.id}`;
  return platform === 'web' ? platform : undefined;
}
