/** The form behind a bare /imagine: one field per option, what is wrong said beside it. */
import type { App, types } from '@slack/bolt';
import { z } from 'zod';
import { toAppError } from '../../core/errors.ts';
import type { Studio } from '../../core/studio.ts';
import { imagine } from '../imagine.ts';
import { OPTIONS, type OptionName, type Options, toRequest } from '../options.ts';
import { acknowledge, addressOf, deal, type Occasion, type SlackDeps, senderOf } from './occasion.ts';

const CALLBACK = 'imagine';
/** Slack's longest input; longer prompts go through the command itself. */
const MAX_INPUT = 3000;
const FIELDS = [
  'prompt',
  'negative',
  'style',
  'count',
  'size',
  'steps',
  'guidance',
  'sampler',
  'seed',
  'private',
] as const satisfies OptionName[];

/** Where the form was asked for, so that its answer goes there. Travels inside the form. */
const Origin = z.strictObject({ channel: z.string().optional(), responseUrl: z.string().optional() });

export async function openForm(
  { client, studio }: SlackDeps,
  { channel, responseUrl }: Occasion,
  triggerId: string,
): Promise<void> {
  const origin: z.infer<typeof Origin> = { ...(channel && { channel }), ...(responseUrl && { responseUrl }) };
  await client.once('views.open', { trigger_id: triggerId, view: form(JSON.stringify(origin), studio.styles()) });
}

export function listenToForm(app: App, deps: SlackDeps): void {
  app.view(CALLBACK, async ({ body, view, ack }) => {
    const options = readForm(view.state.values);
    const errors = problems(options);
    if (Object.keys(errors).length > 0) return void (await ack({ response_action: 'errors', errors }));
    await ack();
    const { channel, responseUrl } = Origin.parse(JSON.parse(view.private_metadata || '{}'));
    const occasion: Occasion = {
      eventId: (body as { trigger_id?: string }).trigger_id ?? view.id, // the typings forgot it
      teamId: body.team?.id ?? view.team_id ?? '',
      teamName: body.team?.domain,
      userId: body.user.id,
      userName: body.user.name,
      channel,
      responseUrl,
    };
    await deal(deps, occasion, async () => {
      const event = { eventId: occasion.eventId, sender: senderOf(occasion), address: addressOf(occasion) };
      await imagine(deps, { ...event, options }, acknowledge(deps, occasion));
      return undefined;
    });
  });
}

export const form = (privateMetadata: string, styles: ReturnType<Studio['styles']> = []): types.ModalView => ({
  type: 'modal',
  callback_id: CALLBACK,
  private_metadata: privateMetadata,
  title: plain('Make a picture'),
  submit: plain('Make it'),
  close: plain('Cancel'),
  blocks: FIELDS.filter((name) => name !== 'style' || styles.length > 0).map((name) => ({
    type: 'input',
    block_id: name,
    optional: name !== 'prompt',
    label: plain(LABELS[name]),
    element: name === 'style' ? choices(styles) : element(name),
    ...(name === 'private' ? {} : { hint: plain(OPTIONS[name].description) }),
  })),
});

const LABELS: Record<(typeof FIELDS)[number], string> = {
  prompt: 'Prompt',
  negative: 'Negative prompt',
  style: 'Style',
  count: 'How many',
  size: 'Size',
  steps: 'Steps',
  guidance: 'Guidance',
  sampler: 'Sampler',
  seed: 'Seed',
  private: 'Who sees it',
};

function element(name: (typeof FIELDS)[number]): types.InputBlock['element'] {
  const action_id = 'value';
  const option = OPTIONS[name];
  if (name === 'prompt' || name === 'negative')
    return { type: 'plain_text_input', action_id, multiline: true, max_length: MAX_INPUT };
  if (name === 'count') return { type: 'static_select', action_id, options: ['1', '2', '3', '4'].map(choice) };
  if ('choices' in option) return { type: 'static_select', action_id, options: option.choices.map(choice) };
  if (option.type === 'flag')
    return { type: 'checkboxes', action_id, options: [{ text: plain(option.description), value: 'true' }] };
  if (option.type === 'text')
    return { type: 'plain_text_input', action_id, max_length: 20, placeholder: plain('128x128') };
  return {
    type: 'number_input',
    action_id,
    is_decimal_allowed: option.type === 'number',
    min_value: String(option.min),
    max_value: String(option.max),
  };
}

/** As many as a menu of Slack's holds. */
const MOST_CHOICES = 100;

const choices = (styles: ReturnType<Studio['styles']>): types.StaticSelect => ({
  type: 'static_select',
  action_id: 'value',
  options: styles.slice(0, MOST_CHOICES).map(({ name, title }) => ({ text: plain(title), value: name })),
});

const plain = (text: string): types.PlainTextElement => ({ type: 'plain_text', text });
const choice = (value: string) => ({ text: plain(value), value });

interface Field {
  value?: string | null | undefined;
  selected_option?: { value: string } | null | undefined;
  selected_options?: { value: string }[] | undefined;
}

export function readForm(values: Record<string, Record<string, Field>>): Options {
  const options: Options = {};
  for (const name of FIELDS) {
    const field = values[name]?.value;
    const value = field?.selected_options
      ? field.selected_options.length > 0
      : (field?.selected_option?.value ?? field?.value);
    if (value !== undefined && value !== null) options[name] = value;
  }
  return options;
}

/** What is wrong with each field, by its block; empty when the form can be taken. */
export function problems(options: Options): Partial<Record<OptionName, string>> {
  const wrong: Partial<Record<OptionName, string>> = {};
  const tell = (name: OptionName, asked: Options) => {
    try {
      toRequest(asked);
    } catch (caught) {
      wrong[name] = toAppError(caught).message;
    }
  };
  tell('prompt', { prompt: options.prompt ?? '' });
  for (const name of FIELDS)
    if (name !== 'prompt' && options[name] !== undefined) tell(name, { prompt: 'x', [name]: options[name] });
  return wrong;
}
