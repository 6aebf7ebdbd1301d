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
  like_2: { type: 'picture', description: 'Another one, mixed with the first' },
  like_3: { type: 'picture', description: 'A third one' },
  weights: { type: 'text', description: 'How much of each of these pictures, such as 70 30', max: 40 },
  strength: { type: 'number', description: '0 leaves the picture as it is, 1 is all style', min: 0, max: 1 },
  quality: { type: 'text', description: 'fast: seconds; best: minutes', choices: ['fast', 'best'] },
  keep_colours: {
    type: 'text',
    description: 'Keep the colours of the picture: by lightness or by histogram',
    aliases: ['colours'],
    choices: COLOUR_KEEPING,
  },
  mask: { type: 'picture', description: 'Where it is stylized: white there, black where it stays' },
  mask_1: { type: 'picture', description: 'Where the first manner goes (white); elsewhere the others' },
  mask_2: { type: 'picture', description: 'Where the second manner goes' },
  mask_3: { type: 'picture', description: 'Where the third manner goes' },
  private: { type: 'flag', description: 'Only you see the result' },
} as const satisfies OptionTable;

export type StylizeOptions = Options<typeof STYLIZE>;

/** Pictures whose manner it takes, and where each of them goes. */
const MANNERS = [
  ['like', 'mask_1'],
  ['like_2', 'mask_2'],
  ['like_3', 'mask_3'],
] as const;

/** Throws AppError before anything is shown; pictures are taken in last. */
export async function stylize(
  deps: Deps,
  { options, ...event }: Event & { options: StylizeOptions },
  acknowledge: Acknowledge,
): Promise<void> {
  const { studio } = deps;
  const { words, brush, of, keep_colours, weights, ...given } = typed(STYLIZE, options);
  const [pictures, rest] = picturesApart(given);
  const source = pictures.picture ?? (of ? { id: String(of) } : undefined);
  if (!source) throw new AppError('invalid_request', 'Attach the picture to stylize, or name one of ours by its id.');
  const known = studio.brushes();
  const brushMeant = brush ? choose(known, String(brush), 'brush') : named(known, String(words ?? ''));
  const manners = mannersOf(pictures, weights === undefined ? undefined : String(weights));
  const request = (taken: (given: GivenPicture) => PictureRef): RequestOf<'stylize'> =>
    checked({
      ...rest,
      kind: 'stylize',
      source: taken(source),
      ...(brushMeant ? { brush: brushMeant.name } : undefined),
      ...(words && (brush || !brushMeant) ? { words } : undefined),
      ...(manners.length > 0 && {
        styles: manners.map(({ like, weight, mask }) => ({
          picture: taken(like),
          ...(weight !== undefined && { weight }),
          ...(mask && { mask: taken(mask) }),
        })),
      }),
      ...(pictures.mask && { mask: taken(pictures.mask) }),
      ...(keep_colours ? { keepColours: keep_colours } : undefined),
    });
  request(() => UNSEEN); // what is wrong with the rest is said before anything is fetched
  const refs = new Map<GivenPicture, PictureRef>();
  for (const one of [source, ...manners.flatMap(({ like, mask }) => [like, mask]), pictures.mask])
    if (one) refs.set(one, await take(studio, event.sender, one));
  await ask(deps, { ...event, request: request((one) => refs.get(one)!) }, acknowledge);
}

type Pictures = Partial<Record<string, GivenPicture>>;

function picturesApart(given: StylizeOptions): [Pictures, Options] {
  const isPicture = ([name]: [string, unknown]) => STYLIZE[name as keyof typeof STYLIZE]?.type === 'picture';
  const entries = Object.entries(given);
  return [
    Object.fromEntries(entries.filter(isPicture)) as Pictures,
    Object.fromEntries(entries.filter((entry) => !isPicture(entry))),
  ];
}

interface Manner {
  like: GivenPicture;
  /** The largest is 1. */
  weight?: number;
  mask?: GivenPicture;
}

function mannersOf(pictures: Pictures, weights: string | undefined): Manner[] {
  const orphan = MANNERS.find(([like, mask]) => pictures[mask] && !pictures[like]);
  if (orphan)
    throw new AppError('invalid_request', `${orphan[1]} says where ${orphan[0]} goes: give that picture too.`);
  const manners = MANNERS.flatMap(([like, mask]): Manner[] => {
    const [picture, where] = [pictures[like], pictures[mask]];
    return picture ? [{ like: picture, ...(where && { mask: where }) }] : [];
  });
  if (weights === undefined) return manners;
  const numbers = parseWeights(weights, manners.length);
  const most = Math.max(...numbers);
  return manners.map((manner, i) => ({ ...manner, weight: numbers[i]! / most }));
}

/** `70 30`, `0.7, 0.3`, `2:1`: one for each picture. */
function parseWeights(text: string, count: number): number[] {
  if (count === 0)
    throw new AppError('invalid_request', 'Weights are for pictures whose manner it takes: give these pictures too.');
  const numbers = text
    .replaceAll('%', ' ')
    .split(/[\s,;:/]+/)
    .filter((part) => part)
    .map(Number);
  if (numbers.length !== count || numbers.some((number) => !(number >= 0)) || !numbers.some((number) => number > 0))
    throw new AppError(
      'invalid_request',
      `“${text.slice(0, 40)}” does not weigh ${count === 1 ? 'one picture' : `${count} pictures`}. Give a number for each, such as: ${[70, 30, 20].slice(0, count).join(' ')}.`,
    );
  return numbers;
}
