/** /imagine <prompt> [--options]. Alone, it opens a form. */
import type { App } from '@slack/bolt';
import { imagine } from '../imagine.ts';
import { parseOptions } from '../options.ts';
import { openForm } from './form.ts';
import { acknowledge, addressOf, deal, type Occasion, type SlackDeps, senderOf } from './occasion.ts';
import { unescaped } from './text.ts';

export function listenToCommand(app: App, deps: SlackDeps): void {
  app.command('/imagine', async ({ command, ack }) => {
    await ack();
    const text = unescaped(command.text ?? '').trim();
    const occasion: Occasion = {
      eventId: command.trigger_id,
      teamId: command.team_id,
      teamName: command.team_domain,
      userId: command.user_id,
      userName: command.user_name,
      channel: command.channel_id,
      responseUrl: command.response_url,
    };
    await deal(deps, occasion, async () => {
      if (!text) await openForm(deps, occasion, command.trigger_id);
      else await order(deps, occasion, text);
      return undefined;
    });
  });
}

/** The same for whoever typed a prompt with options anywhere. */
export const order = (deps: SlackDeps, occasion: Occasion, text: string): Promise<void> =>
  imagine(
    deps,
    {
      eventId: occasion.eventId,
      sender: senderOf(occasion),
      address: addressOf(occasion),
      options: parseOptions(text),
    },
    acknowledge(deps, occasion),
  );
