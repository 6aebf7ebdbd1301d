/** The buttons and menus under a picture. They carry all they need, so they work after a restart and a month later. */
import type { App, BlockAction, ButtonAction, StaticSelectAction } from '@slack/bolt';
import { act, decode } from './act.ts';
import { deal, type Occasion, type SlackDeps } from './occasion.ts';
import { askWhich, listenToPicks } from './pick.ts';

export function listenToButtons(app: App, deps: SlackDeps): void {
  app.action<BlockAction<ButtonAction>>(/^press:/, async ({ body, action, ack }) => {
    await ack();
    const occasion = occasionOf(body);
    await deal(deps, occasion, async () => {
      const pressed = decode(action.value);
      if (pressed.verb === 'pick') return askWhich(deps, pressed, occasion, body.trigger_id);
      return act(deps, occasion, pressed);
    });
  });
  listenToPicks(app, deps);
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
  whispered: body.container?.is_ephemeral === true,
});
