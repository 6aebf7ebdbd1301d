/** Buttons of the page: the same presses as on every platform. */
import { decodeAction, type Verb } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import { press } from '../press.ts';
import { type Deps, shownAgain } from './commands.ts';
import type { Hub } from './hub.ts';
import type { Visitor } from './session.ts';
import { type Answer, toWire } from './wire.ts';

const ASKED: Partial<Record<Verb, (index: number, detail: string) => string>> = {
  reroll: () => 'Re-roll',
  vary: (index) => `Vary picture ${index + 1}`,
  upscale: (index) => `Upscale picture ${index + 1}`,
  stylize: (index, detail) => `Stylize picture ${index + 1} with ${detail.replace(/^brush-/, '')}`,
  softer: () => 'Softer',
  stronger: () => 'Stronger',
  edit: (index, detail) => (detail ? detail.replaceAll('_', ' ') : `Take face ${index + 1}`),
  mix: () => 'Mix',
  morph: () => 'Morph',
};

export async function pressButton(
  deps: Deps & { hub: Hub },
  { code, eventId, visitor }: { code: string; eventId: string; visitor: Visitor },
): Promise<Answer> {
  const action = decodeAction(code);
  if (!action) throw new AppError('invalid_request', 'That is not one of our buttons. Reload the page.');
  const { verb, index, generationId, detail = '' } = action;
  if (verb === 'show') return shownAgain(deps, visitor, generationId);
  const answer = deps.shown.answer(visitor, ({ prompt = '' }) => ({
    by: ASKED[verb]?.(index, detail) ?? verb,
    text: prompt,
  }));
  const reply = await press(deps, { ...visitor, eventId, action }, answer.acknowledge);
  if (!reply) return answer.now();
  if (verb !== 'delete') return { notice: toWire(reply) };
  deps.live.end(generationId);
  deps.hub.publish(visitor.address.session, 'removed', { id: generationId });
  return { notice: toWire(reply), removed: generationId };
}
