/** What a screen reader says of a picture: that a machine made it, and what is to be seen, as far as words tell. */
import type { Recipe } from './recipe.ts';
import type { OurPicture, PictureRef, Request, RequestOf } from './request.ts';

/** Whoever asked for it, and what was made of that. */
export interface Asked {
  request: Request;
  recipe: Recipe;
}

/** What one of our pictures was asked for; undefined for what is no longer here. */
type Find = (picture: OurPicture) => Promise<Asked | undefined>;

/** What picture `index` of it shows: the words as typed, or what was done to which picture, or whose face it is. */
export async function subjectOf({ request, recipe }: Asked, find: Find, index = 0): Promise<string> {
  const shown = async (picture: PictureRef | undefined): Promise<string> => {
    if (!picture || !('generationId' in picture)) return 'a picture';
    const asked = await find(picture);
    return asked ? subjectOf(asked, find, picture.index) : 'a picture';
  };
  switch (request.kind) {
    case 'imagine':
      return request.prompt;
    case 'upscale':
      return 'generationId' in request.source ? shown(request.source) : 'an enlarged picture';
    case 'stylize':
      return request.words ?? `${await shown(request.source)} in the manner of ${manner(request, recipe)}`;
    case 'face':
      return request.picture ? 'a face like one in a picture' : `a face, seed ${(recipe.seed + index) % 2 ** 32}`;
    case 'morph': {
      const [first, last] = [request.stops[0], request.stops.at(-1)].map((stop) =>
        stop && 'seed' in stop ? `a face, seed ${stop.seed}` : shown(stop),
      );
      return `${await first} turning into ${await last}`;
    }
  }
}

function manner({ brush, styles }: RequestOf<'stylize'>, { model }: Recipe): string {
  if (styles) return styles.length > 1 ? `${styles.length} other pictures` : 'another picture';
  const words = (brush ?? model.name).replace(/^brush-/, '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const MOST = 1000;

/** At most 1,000 characters, none of them cut in half. */
export function altTextOf(subject: string): string {
  const text = `AI-generated image: ${subject}`;
  if (text.length <= MOST) return text;
  return `${text.slice(0, MOST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
