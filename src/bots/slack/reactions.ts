/** Reactions on our own pictures do what they say: again, larger, how it was made, away. 🎨 paints anybody's. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '@slack/bolt';
import type { GenerationView } from '../../core/records.ts';
import { act } from './act.ts';
import { directChannel } from './direct.ts';
import { deal, type Occasion, type SlackDeps } from './occasion.ts';
import { PALETTE, paint } from './paint.ts';
import { REACTION_NAMES } from './reaction-names.ts';
import { render } from './render.ts';
import { say } from './say.ts';

export function listenToReactions(app: App, deps: SlackDeps): void {
  const painted = async (
    { user, item }: { user: string; item: { channel: string; ts: string } },
    { event_id, team_id }: { event_id: string; team_id: string },
  ) => {
    const userName = await deps.nameOf(user);
    const occasion: Occasion = { eventId: event_id, teamId: team_id, userId: user, userName, channel: item.channel };
    await deal(deps, occasion, () => paint(deps, occasion, item));
  };
  app.event('reaction_added', async ({ event, body, context }) => {
    const reaction = event.reaction.split('::')[0]!;
    if (reaction === PALETTE && event.item.type === 'message' && event.user !== context.botUserId)
      return painted(event, body);
    const verb = REACTION_NAMES.get(reaction);
    if (!verb || event.item.type !== 'message' || event.item_user !== context.botUserId) return;
    const { channel, ts } = event.item;
    const generation = await shownIn(deps, `${channel}:${ts}`);
    if (!generation) return;
    const threadTs = generation.address.platform === 'slack' ? generation.address.threadTs : undefined;
    const occasion: Occasion = {
      eventId: body.event_id,
      teamId: body.team_id,
      userId: event.user,
      userName: await deps.nameOf(event.user),
      channel,
      threadTs,
    };
    await deal(deps, occasion, async () => {
      const reply = await act(deps, occasion, { verb, index: 0, generationId: generation.id });
      if (verb !== 'details' || !reply) return reply;
      await say(deps, {
        channel: await directChannel(deps.client, event.user),
        look: render(reply),
        stamp: `${generation.id}:details:${body.event_id}`,
      });
      return undefined;
    });
  });
}

/** People may be quicker than our note of where the picture was shown. */
async function shownIn({ studio }: SlackDeps, message: string): Promise<GenerationView | undefined> {
  for (const pause of [0, 300, 1500]) {
    await sleep(pause);
    const generation = await studio.findByMessage('slack', message);
    if (generation) return generation;
  }
  return undefined;
}
