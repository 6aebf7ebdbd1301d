/** /morph, free of any platform: a moving picture from one of our pictures to another, and back. */
import { AppError } from '../core/errors.ts';
import { MAX_FRAMES, MAX_SEED, type OurPicture } from '../core/request.ts';
import type { Sender, Studio } from '../core/studio.ts';
import { type Acknowledge, ask, type Deps, type Event } from './ask.ts';
import { type GivenPicture, take } from './given-picture.ts';
import { checked, type Options, type OptionTable, typed } from './option-table.ts';

export const MORPH = {
  from: { type: 'text', description: 'One of our pictures: its id, or a link to its message' },
  to: { type: 'text', description: 'Another of our pictures, or the seed of a face' },
  frames: {
    type: 'whole',
    description: 'Frames from one to the other',
    min: 2,
    max: MAX_FRAMES,
  },
  private: { type: 'flag', description: 'Only you see the result' },
} as const satisfies OptionTable;

export type MorphOptions = Options<typeof MORPH>;
type Stop = OurPicture | { seed: number };

/** `from` alone may name all stops, with spaces between them. Throws AppError before anything is shown. */
export async function morph(
  deps: Deps,
  { options, ...event }: Event & { options: MorphOptions },
  acknowledge: Acknowledge,
): Promise<void> {
  const { from, to, ...rest } = typed(MORPH, options);
  const named = [...String(from ?? '').split(/[\s,]+/), ...String(to ?? '').split(/[\s,]+/)].filter((stop) => stop);
  if (named.length < 2)
    throw new AppError('invalid_request', 'A morph needs two pictures: their ids, which details name, or a seed.');
  const stops: Stop[] = [];
  for (const stop of named) stops.push(await read(deps.studio, event.sender, stop));
  await ask(deps, { ...event, request: checked({ ...rest, kind: 'morph', stops }) }, acknowledge);
}

async function read(studio: Studio, sender: Sender, text: string): Promise<Stop> {
  if (/^\d{1,10}$/.test(text)) return { seed: Math.min(Number(text), MAX_SEED) };
  const given: GivenPicture = { id: text };
  const picture = await take(studio, sender, given);
  if ('generationId' in picture) return picture;
  throw new AppError('invalid_request', 'Only pictures made here can be morphed.');
}
