/** The form behind a button that asks which of many: their numbers and seeds are more than a menu holds. */
import type { App } from '@slack/bolt';
import { z } from 'zod';
import { type Action, encodeAction } from '../../core/action.ts';
import { toAppError } from '../../core/errors.ts';
import { PICK, picked } from '../pick.ts';
import { act, decode } from './act.ts';
import { plain } from './form-fields.ts';
import { deal, type Occasion, type SlackDeps } from './occasion.ts';

const CALLBACK = 'pick';
const WHICH = 'which';

/** What travels inside the form: the press, and where it was. */
const Origin = z.strictObject({
  action: z.string(),
  channel: z.string().optional(),
  threadTs: z.string().optional(),
  responseUrl: z.string().optional(),
  whispered: z.boolean().optional(),
});

/** Nothing may be asked before it: a trigger is good for three seconds. */
export async function askWhich(
  { client }: SlackDeps,
  action: Action,
  { channel, threadTs, responseUrl, whispered = false }: Occasion,
  triggerId: string,
): Promise<undefined> {
  const origin: z.infer<typeof Origin> = { action: encodeAction(action), channel, threadTs, responseUrl, whispered };
  await client.once('views.open', {
    trigger_id: triggerId,
    view: {
      type: 'modal',
      callback_id: CALLBACK,
      private_metadata: JSON.stringify(origin),
      title: plain(PICK.title),
      submit: plain(action.detail === 'upscale' ? 'Enlarge it' : 'Take it'),
      close: plain('Cancel'),
      blocks: [
        {
          type: 'input',
          block_id: WHICH,
          label: plain(PICK.label),
          hint: plain(PICK.hint),
          element: { type: 'plain_text_input', action_id: 'value', max_length: 20 },
        },
      ],
    },
  });
  return undefined;
}

const Field = z.object({ value: z.string().nullish() });

export function listenToPicks(app: App, deps: SlackDeps): void {
  app.view(CALLBACK, async ({ body, view, ack }) => {
    const {
      action,
      channel,
      threadTs,
      responseUrl,
      whispered = false,
    } = Origin.parse(JSON.parse(view.private_metadata));
    const said = Field.safeParse(view.state.values[WHICH]?.value).data?.value ?? '';
    const chosen = await picked(deps.studio, decode(action), said).catch(toAppError);
    if (chosen instanceof Error)
      return void (await ack({ response_action: 'errors', errors: { [WHICH]: chosen.message } }));
    await ack();
    const occasion: Occasion = {
      eventId: (body as { trigger_id?: string }).trigger_id ?? view.id, // the typings forgot it
      teamId: body.team?.id ?? view.team_id ?? '',
      teamName: body.team?.domain,
      userId: body.user.id,
      userName: body.user.name,
      ...{ channel, threadTs, responseUrl, whispered },
    };
    await deal(deps, occasion, () => act(deps, occasion, chosen));
  });
}
