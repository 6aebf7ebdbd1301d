/** What a button, a menu, a form or a reaction says is done. */
import { type Action, decodeAction } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import type { Reply } from '../../core/reply.ts';
import { press } from '../press.ts';
import { acknowledge, addressOf, type Occasion, type SlackDeps, senderOf } from './occasion.ts';

/** Answers what to whisper. */
export const act = (deps: SlackDeps, occasion: Occasion, action: Action): Promise<Reply | undefined> =>
  press(
    deps,
    {
      eventId: occasion.eventId,
      sender: senderOf(occasion),
      address: addressOf(occasion),
      action,
      privately: occasion.whispered ?? false,
    },
    acknowledge(deps, occasion),
  );

export function decode(value: string | undefined): Action {
  const action = decodeAction(value ?? '');
  if (!action) throw new AppError('not_found', 'This button is from an older version and no longer works.');
  return action;
}
