/** The buttons and menus under a picture. They carry all they need, so they work after a restart and a month later. */
import type { App, BlockAction, ButtonAction, StaticSelectAction } from '@slack/bolt';
import { type Action, decodeAction } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import type { Reply } from '../../core/reply.ts';
import { press } from '../press.ts';
import { acknowledge, addressOf, deal, type Occasion, type SlackDeps, senderOf } from './occasion.ts';

export function listenToButtons(app: App, deps: SlackDeps): void {
  app.action<BlockAction<ButtonAction>>(/^press:/, async ({ body, action, ack }) => {
    await ack();
    const occasion = occasionOf(body);
    await deal(deps, occasion, () => act(deps, occasion, decode(action.value)));
  });
  app.action<BlockAction<StaticSelectAction>>(/^menu:/, async ({ body, action, ack }) => {
    await ack();
    const occasion = occasionOf(body);
    await deal(deps, occasion, () => act(deps, occasion, decode(action.selected_option?.value)));
  });
}

const occasionOf = (body: BlockAction): Occasion => ({
  eventId: body.trigger_id,
  teamId: body.team?.id ?? '',
  teamName: body.team?.domain,
  userId: body.user.id,
  userName: body.user.name ?? body.user.username,
  channel: body.channel?.id,
  threadTs: (body.message as { thread_ts?: string } | undefined)?.thread_ts,
  responseUrl: body.response_url,
});

/** Does what a button or a reaction says. Answers what to whisper. */
export const act = (deps: SlackDeps, occasion: Occasion, action: Action): Promise<Reply | undefined> =>
  press(
    deps,
    { eventId: occasion.eventId, sender: senderOf(occasion), address: addressOf(occasion), action },
    acknowledge(deps, occasion),
  );

export function decode(value: string | undefined): Action {
  const action = decodeAction(value ?? '');
  if (!action) throw new AppError('not_found', 'This button is from an older version and no longer works.');
  return action;
}
