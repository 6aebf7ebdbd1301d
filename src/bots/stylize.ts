/** /stylize, free of any platform: a picture in the manner of a brush, of another picture, or of words. */
import { AppError } from '../core/errors.ts';
import { COLOUR_KEEPING } from '../core/filter-request.ts';
import { MAX_PROMPT, type PictureRef, type RequestOf } from '../core/request.ts';
import { type Acknowledge, ask, type Deps, type Event } from './ask.ts';
import { choose, named } from './closest.ts';
import { type GivenPicture, take, UNSEEN } from './given-picture.ts';
import { checked, type Options, type OptionTable, typed } from './option-table.ts';

export const STYLIZE = {
  words: { type: 'text', description: 'What it should become, in words; or a brush', max: MAX_PROMPT },
  picture: { type: 'picture', description: 'The picture to stylize' },
  of: {
    type: 'text',
    description: 'Instead of a file: id of one of our pictures, or a link to a message',
    aliases: ['id'],
  },
  brush: { type: 'text', description: 'In whose manner: an installed brush', suggest: 'brushes' },
  like: { type: 'picture', description: 'A picture whose manner it takes' },
  strength: { type: 'number', description: '0 leaves the picture as it is, 1 is all style', min: 0, max: 1 },
  quality: { type: 'text', description: 'fast: seconds; best: minutes', choices: ['fast', 'best'] },
  keep_colours: {
    type: 'text',
    description: 'Keep the colours of the picture: by lightness or by histogram',
    aliases: ['colours'],
    choices: COLOUR_KEEPING,
  },
  private: { type: 'flag', description: 'Only you see the result' },
} as const satisfies OptionTable;

export type StylizeOptions = Options<typeof STYLIZE>;

/** Throws AppError before anything is shown; pictures are taken in last. */
export async function stylize(
  deps: Deps,
  { options, ...event }: Event & { options: StylizeOptions },
  acknowledge: Acknowledge,
): Promise<void> {
  const { studio } = deps;
  const { picture, of, like, keep_colours, words, brush, ...rest } = typed(STYLIZE, options);
  const given = (picture ?? (of && { id: String(of) })) as GivenPicture | undefined;
  if (!given) throw new AppError('invalid_request', 'Attach the picture to stylize, or name one of ours by its id.');
  const known = studio.brushes();
  const brushMeant = brush ? choose(known, String(brush), 'brush') : named(known, String(words ?? ''));
  const request = (source: PictureRef, styles?: { picture: PictureRef }[]): RequestOf<'stylize'> =>
    checked({
      ...rest,
      kind: 'stylize',
      source,
      ...(brushMeant ? { brush: brushMeant.name } : undefined),
      ...(words && (brush || !brushMeant) ? { words } : undefined),
      ...(styles && { styles }),
      ...(keep_colours ? { keepColours: keep_colours } : undefined),
    });
  request(UNSEEN); // what is wrong with the rest is said before anything is fetched
  const source = await take(studio, event.sender, given);
  const styles = like ? [{ picture: await take(studio, event.sender, like as GivenPicture) }] : undefined;
  await ask(deps, { ...event, request: request(source, styles) }, acknowledge);
}
