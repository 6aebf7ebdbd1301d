/** Opening a form, and what happens when it comes back. */
import type { App } from '@slack/bolt';
import { AppError } from '../../core/errors.ts';
import type { Kind } from '../../core/request.ts';
import { COMMANDS } from '../commands.ts';
import type { GivenPicture } from '../given-picture.ts';
import type { OptionTable } from '../option-table.ts';
import { indexOf } from '../pick.ts';
import { given } from './files-given.ts';
import { type Filled, form, Origin, problems, readForm } from './form.ts';
import { FORMS } from './form-fields.ts';
import { deal, type Occasion, run, type SlackDeps } from './occasion.ts';

const KINDS = Object.keys(FORMS) as Kind[];

/** Nothing may be asked before it: a trigger is good for three seconds. */
export async function openForm(
  { client, studio }: SlackDeps,
  kind: Kind,
  { channel, threadTs, responseUrl }: Occasion,
  triggerId: string,
  { about, initial }: { about?: Origin['about']; initial?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const origin: Origin = {
    ...(channel && { channel }),
    ...(threadTs && { threadTs }),
    ...(responseUrl && { responseUrl }),
    ...(about && { about }),
  };
  await client.once('views.open', { trigger_id: triggerId, view: form(kind, origin, studio, initial) });
}

export function listenToForms(app: App, deps: SlackDeps): void {
  for (const kind of KINDS)
    app.view(kind, async ({ body, view, ack }) => {
      const filled = readForm(kind, view.state.values as unknown as Record<string, Record<string, unknown>>);
      const errors = problems(kind, filled);
      if (Object.keys(errors).length > 0) return void (await ack({ response_action: 'errors', errors }));
      await ack();
      const { channel, threadTs, responseUrl, about } = Origin.parse(JSON.parse(view.private_metadata || '{}'));
      const occasion: Occasion = {
        eventId: (body as { trigger_id?: string }).trigger_id ?? view.id, // the typings forgot it
        teamId: body.team?.id ?? view.team_id ?? '',
        teamName: body.team?.domain,
        userId: body.user.id,
        userName: body.user.name,
        channel,
        threadTs,
        responseUrl,
      };
      await deal(deps, occasion, async () => {
        const picture = about && (await pictureOf(deps, channel ?? '', about, filled.which));
        await run(deps, occasion, kind, {
          ...filled.options,
          ...filesOf(deps, kind, filled),
          ...(picture && { picture }),
        });
        return undefined;
      });
    });
}

const filesOf = (deps: SlackDeps, kind: Kind, { files }: Filled): Record<string, GivenPicture> =>
  Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => (COMMANDS[kind].options as OptionTable)[name]?.type === 'picture')
      .map(([name, file]) => [name, given(deps, file)]),
  );

/** A picture that a message shows: ours by its record, others by their file. */
export async function pictureOf(
  deps: SlackDeps,
  channel: string,
  { ts, files = [], ours }: NonNullable<Origin['about']>,
  which: string,
): Promise<GivenPicture> {
  const file = files[Number(which)];
  if (file) return given(deps, file);
  const generation = await deps.studio.findByMessage('slack', `${channel}:${ts}`);
  if (!generation) throw new AppError('not_found', 'That picture is no longer here.');
  const index = ours === 'many' ? indexOf(generation, which) : Number(which);
  return { id: `${generation.id}#${index + 1}` };
}
