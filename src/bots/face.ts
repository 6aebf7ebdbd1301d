/** /face, free of any platform: new faces, or the one most like a picture. */

import { AppError } from '../core/errors.ts';
import { LAYER_GROUPS } from '../core/face-request.ts';
import { MAX_FACES, MAX_SEED, type RequestOf } from '../core/request.ts';
import { type Acknowledge, ask, type Deps, type Event } from './ask.ts';
import { parseAttributes } from './attributes.ts';
import { type GivenPicture, take } from './given-picture.ts';
import { checked, type Options, type OptionTable, typed } from './option-table.ts';

export const FACE = {
  attributes: {
    type: 'text',
    description: 'What it should look like, such as: smile +2, no glasses',
    aliases: ['with'],
    suggest: 'attributes',
    max: 400,
  },
  count: { type: 'whole', description: `How many faces, 1 to ${MAX_FACES}`, aliases: ['n'], min: 1, max: MAX_FACES },
  seed: { type: 'whole', description: 'The same seed and options give the same face', min: 0, max: MAX_SEED },
  truncation: {
    type: 'number',
    description: '0 is the average face, 1 the full variety',
    aliases: ['psi'],
    min: 0,
    max: 1.5,
  },
  mix: {
    type: 'text',
    description: 'Take layers from another seed: a seed and coarse, middle or fine, such as 7 fine',
  },
  picture: { type: 'picture', description: 'A face to look for among those it can draw' },
  private: { type: 'flag', description: 'Only you see the result' },
} as const satisfies OptionTable;

export type FaceOptions = Options<typeof FACE>;

/** Throws AppError before anything is shown; a picture is taken in last. */
export async function face(
  deps: Deps,
  { options, ...event }: Event & { options: FaceOptions },
  acknowledge: Acknowledge,
): Promise<void> {
  const { picture, attributes, mix, ...rest } = typed(FACE, options);
  const request: RequestOf<'face'> = checked({
    ...rest,
    kind: 'face',
    ...(attributes ? { attributes: parseAttributes(String(attributes), deps.studio.attributes()) } : undefined),
    ...(mix ? { mix: parseMix(String(mix)) } : undefined),
  });
  const found =
    picture === undefined ? undefined : { picture: await take(deps.studio, event.sender, picture as GivenPicture) };
  await ask(deps, { ...event, request: { ...request, ...found } }, acknowledge);
}

/** `7 fine, 12 coarse`. */
export function parseMix(text: string): { seed: number; layers: string }[] {
  return text.split(/[,;]/).map((part) => {
    const [, seed, layers = 'middle'] = /^\s*(\d{1,10})(?:\s+(\w+))?\s*$/.exec(part) ?? [];
    if (seed === undefined || !(LAYER_GROUPS as readonly string[]).includes(layers))
      throw new AppError('invalid_request', 'Mixing takes a seed and coarse, middle or fine, such as: 7 fine.');
    return { seed: Number(seed), layers };
  });
}
