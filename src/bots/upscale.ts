/** /upscale, free of any platform: any picture, larger. */
import { AppError } from '../core/errors.ts';
import type { PictureRef, RequestOf } from '../core/request.ts';
import { type Acknowledge, ask, type Deps, type Event } from './ask.ts';
import { type GivenPicture, take, UNSEEN } from './given-picture.ts';
import { checked, type Options, type OptionTable, typed } from './option-table.ts';

export const UPSCALE = {
  of: {
    type: 'text',
    description: 'Instead of a file: id of one of our pictures, or a link to a message',
    aliases: ['id'],
  },
  picture: { type: 'picture', description: 'The picture to enlarge' },
  factor: { type: 'whole', description: 'How many times as wide', aliases: ['x'], choices: ['2', '4'] },
  private: { type: 'flag', description: 'Only you see the result' },
} as const satisfies OptionTable;

export type UpscaleOptions = Options<typeof UPSCALE>;

/** Throws AppError before anything is shown; the picture is taken in last. */
export async function upscale(
  deps: Deps,
  { options, ...event }: Event & { options: UpscaleOptions },
  acknowledge: Acknowledge,
): Promise<void> {
  const { picture, of, ...rest } = typed(UPSCALE, options);
  const given = (picture ?? (of && { id: String(of) })) as GivenPicture | undefined;
  if (!given) throw new AppError('invalid_request', 'Attach the picture to enlarge, or name one of ours by its id.');
  const request = (source: PictureRef): RequestOf<'upscale'> => checked({ ...rest, kind: 'upscale', source });
  request(UNSEEN); // what is wrong with the rest is said before anything is fetched
  const source = await take(deps.studio, event.sender, given);
  await ask(deps, { ...event, request: request(source) }, acknowledge);
}
