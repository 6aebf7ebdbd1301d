/** @Atelier two red apples --seed 7: the same as /imagine, answered in the message's thread. */
import type { App } from '@slack/bolt';
import { optionHelp } from '../options.ts';
import { notice } from '../present.ts';
import { order } from './command.ts';
import { deal, type Occasion, type SlackDeps } from './occasion.ts';
import { unescaped } from './text.ts';

export function listenToMentions(app: App, deps: SlackDeps): void {
  app.event('app_mention', async ({ event, body, context }) => {
    if (!event.user || event.bot_id) return; // two bots must not talk to each other
    const occasion: Occasion = {
      eventId: body.event_id,
      teamId: body.team_id,
      userId: event.user,
      userName: await deps.nameOf(event.user),
      channel: event.channel,
      threadTs: event.thread_ts ?? event.ts,
    };
    const text = unescaped(event.text.replaceAll(`<@${context.botUserId}>`, ' ')).trim();
    await deal(deps, occasion, async () => {
      if (!text) return notice(`Type what the picture should show after my name. ${optionHelp()}`);
      await order(deps, occasion, text);
      return undefined;
    });
  });
}
