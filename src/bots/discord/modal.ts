/** The form behind “Stylize this image” and “Enlarge this image”: what to do, and with which of several pictures. */
import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import { type Action, encodeAction } from '../../core/action.ts';
import type { Named } from '../closest.ts';
import { PICK } from '../pick.ts';
import { STYLIZE } from '../stylize.ts';
import { UPSCALE } from '../upscale.ts';
import { ENLARGE_THIS, MOST_CHOICES, STYLIZE_THIS } from './commands.ts';
import { cut } from './escape.ts';

const LABEL = 45;
const TEXT = 100;

/** What a form does, with which message's pictures. */
export interface Target {
  what: 'stylize' | 'upscale';
  channelId: string;
  messageId: string;
}

export const encodeTarget = ({ what, channelId, messageId }: Target): string =>
  `v1:this:${what}:${channelId}:${messageId}`;

/** Undefined for what is not one of our forms. */
export function decodeTarget(customId: string): Target | undefined {
  const [, what, channelId, messageId] = /^v1:this:(stylize|upscale):(\d+):(\d+)$/.exec(customId) ?? [];
  return what && channelId && messageId ? { what: what as Target['what'], channelId, messageId } : undefined;
}

/** `pictures`: names of those to choose from. */
export function modal(
  target: Target,
  { pictures, brushes }: { pictures: readonly string[]; brushes: readonly Named[] },
): APIModalInteractionResponseCallbackData {
  const which =
    pictures.length > MOST_CHOICES
      ? [text('picture', PICK.label, { max: 20, placeholder: PICK.hint, required: true })]
      : pictures.length > 1
        ? [
            select(
              'picture',
              'Picture',
              pictures.map((name, i) => ({ label: name, value: String(i) })),
              true,
            ),
          ]
        : [];
  const how =
    target.what === 'upscale'
      ? [
          select(
            'factor',
            UPSCALE.factor.description,
            UPSCALE.factor.choices.map((value) => ({ label: `×${value}`, value })),
            false,
          ),
        ]
      : [
          ...(brushes.length > 0
            ? [
                select(
                  'brush',
                  'Brush',
                  brushes.map(({ name, title, note }) => ({ label: title, value: name, note })),
                  false,
                ),
              ]
            : []),
          text('words', 'Or words: what it should become', { max: STYLIZE.words.max, style: TextInputStyle.Paragraph }),
          text('strength', 'Strength, 0 to 1', { max: 5, placeholder: '0.8' }),
        ];
  return {
    custom_id: encodeTarget(target),
    title: target.what === 'stylize' ? STYLIZE_THIS : ENLARGE_THIS,
    components: [...which, ...how],
  };
}

/** Asks which of many. */
export const pickModal = (action: Action): APIModalInteractionResponseCallbackData => ({
  custom_id: encodeAction(action),
  title: PICK.title,
  components: [text('which', PICK.label, { max: 20, placeholder: PICK.hint, required: true })],
});

function select(
  custom_id: string,
  label: string,
  options: { label: string; value: string; note?: string | undefined }[],
  required: boolean,
): APILabelComponent {
  const shown = options
    .filter(({ value }) => value.length <= TEXT)
    .slice(0, MOST_CHOICES)
    .map(({ label, value, note }) => ({
      label: cut(label, TEXT),
      value,
      ...(note && { description: cut(note, TEXT) }),
    }));
  return {
    type: ComponentType.Label,
    label: cut(label, LABEL),
    component: { type: ComponentType.StringSelect, custom_id, options: shown, required },
  };
}

const text = (
  custom_id: string,
  label: string,
  {
    max,
    placeholder,
    required = false,
    style = TextInputStyle.Short,
  }: { max: number; placeholder?: string; required?: boolean; style?: TextInputStyle },
): APILabelComponent => ({
  type: ComponentType.Label,
  label: cut(label, LABEL),
  component: {
    type: ComponentType.TextInput,
    custom_id,
    style,
    required,
    max_length: Math.min(max, 4000),
    ...(placeholder && { placeholder }),
  },
});

/** What was filled in, by name. */
export function readModal({ fields }: ModalSubmitInteraction): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, field] of fields.fields) {
    const value = 'values' in field ? field.values[0] : 'value' in field ? field.value : undefined;
    if (typeof value === 'string' && value.trim()) filled[name] = value;
  }
  return filled;
}
