/** App Home: the person's own jobs, and the buttons that stop the unfinished ones. */
import type { App, BlockAction, ButtonAction, types } from '@slack/bolt';
import { encodeAction } from '../../core/action.ts';
import { says, toAppError } from '../../core/errors.ts';
import type { GenerationView, Standing } from '../../core/records.ts';
import { waiting } from '../present.ts';
import { quoted } from '../wording.ts';
import { act, decode } from './act.ts';
import { type Occasion, type SlackDeps, senderOf } from './occasion.ts';
import { context, section } from './render.ts';
import { clip, escaped, literal } from './text.ts';

const SHOWN = 20;
const HELP =
  'Type `/imagine two red apples` in any channel, or `/imagine` alone for a form; `/stylize`, `/upscale`, `/face`, `/morph` do what they say, and so does “Stylize this image” in the menu of any message with a picture. React to a picture of yours with :repeat: for another, :arrow_up: for a larger one, :email: for its recipe, :x: to delete it.';

export function listenToHome(app: App, deps: SlackDeps): void {
  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home' || !deps.seen(body.event_id)) return;
    await deps.track(publish(deps, await visitor(deps, event.user, body.event_id, body.team_id)));
  });
  app.action<BlockAction<ButtonAction>>(/^home:/, async ({ body, action, ack }) => {
    await ack();
    if (!deps.seen(body.trigger_id)) return;
    const occasion = await visitor(
      deps,
      body.user.id,
      body.trigger_id,
      body.team?.id ?? '',
      body.user.name ?? body.user.username,
    );
    await deps.track(
      (async () => {
        const told = action.action_id === 'home:refresh' ? undefined : await stop(deps, occasion, action.value);
        await publish(deps, occasion, told);
      })(),
    );
  });
}

const visitor = async (
  deps: SlackDeps,
  userId: string,
  eventId: string,
  teamId: string,
  name?: string,
): Promise<Occasion> => ({
  eventId,
  teamId,
  userId,
  userName: name ?? (await deps.nameOf(userId)),
});

async function stop(deps: SlackDeps, occasion: Occasion, value: string | undefined): Promise<string> {
  try {
    return (await act(deps, occasion, decode(value)))?.headline ?? 'Done.';
  } catch (caught) {
    return says(toAppError(caught));
  }
}

async function publish({ studio, client, log }: SlackDeps, occasion: Occasion, told?: string): Promise<void> {
  try {
    const sender = senderOf(occasion);
    const [jobs, inLine] = await Promise.all([studio.history(sender, { limit: SHOWN }), studio.waiting(sender)]);
    const standings = new Map(inLine.map(({ id, standing }) => [id, standing]));
    await client.again('views.publish', { user_id: occasion.userId, view: home(jobs, told, standings) });
  } catch (error) {
    log.warn({ err: error, userId: occasion.userId }, 'app home not published');
  }
}

/** `told`: what the last press came to. */
export function home(
  jobs: readonly GenerationView[],
  told?: string,
  standings: ReadonlyMap<string, Standing> = new Map(),
): types.HomeView {
  const open = jobs.filter(({ endedAt }) => !endedAt);
  const ended = jobs.filter(({ endedAt }) => endedAt);
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Your pictures' } },
      ...(told ? [section(`*${clip(told, 2000, escaped)}*`)] : []),
      section(open.length === 0 ? 'Nothing is waiting or running.' : `*${open.length} unfinished*`),
      ...open.map((generation) => job(generation, standings.get(generation.id))),
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'home:refresh', text: { type: 'plain_text', text: 'Refresh' } }],
      },
      { type: 'divider' },
      ...(ended.length > 0 ? [section('*Lately*'), ...ended.map((generation) => job(generation))] : []),
      context(HELP),
    ],
  };
}

const STATUS = {
  received: 'Waiting',
  queued: 'Waiting',
  running: 'Working',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
} satisfies Record<GenerationView['status'], string>;

const WHAT = {
  imagine: 'a picture',
  upscale: 'enlarged',
  stylize: 'stylized',
  face: 'faces',
  morph: 'a morph',
} satisfies Record<GenerationView['request']['kind'], string>;

function job(
  { id, status, request, createdAt, endedAt, cancelRequested }: GenerationView,
  standing?: Standing,
): types.SectionBlock {
  const when = `<!date^${Math.floor(createdAt.getTime() / 1000)}^{date_short_pretty} {time}|${createdAt.toISOString().slice(0, 16)}>`;
  const said = quoted(request);
  const what = said ? literal(said, 300) : `> ${WHAT[request.kind]}`;
  const state = !endedAt && cancelRequested ? 'Stopping' : STATUS[status];
  const stands = standing && status !== 'running' && !cancelRequested ? `\n${placed(request, standing, id)}` : '';
  return {
    ...section(`${state}, ${when}${stands}\n${what}`),
    ...(!endedAt &&
      !cancelRequested && {
        accessory: {
          type: 'button',
          action_id: `home:cancel:${id}`,
          style: 'danger',
          text: { type: 'plain_text', text: 'Cancel' },
          accessibility_label: 'Cancel this job',
          value: encodeAction({ verb: 'cancel', index: 0, generationId: id }),
        },
      }),
  };
}

/** The same words as its message's. */
function placed(request: GenerationView['request'], standing: Standing, generationId: string): string {
  const { headline, lines } = waiting(request, { ...standing, generationId, notes: [] });
  return [headline.replace(/^Accepted\. /, ''), ...lines].join(' ');
}
