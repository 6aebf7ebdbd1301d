/** What a button, a menu or a reaction does, free of any platform. State lives in the records, so it works a month later too. */
import type { Action, Verb } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { maySee } from '../core/may-see.ts';
import type { GenerationView } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import type { Request } from '../core/request.ts';
import type { Sender, Studio } from '../core/studio.ts';
import { type Acknowledge, ask, type Deps, type Event } from './ask.ts';
import { beforeAndAfter } from './before-after.ts';
import { details } from './details.ts';
import { edited, mixed, morphed } from './face-edits.ts';
import { notice, shownAgain } from './present.ts';
import type { Pressed } from './pressed.ts';
import { enlarged, rerolled, varied } from './remake.ts';
import { sourceOf } from './source.ts';
import { restyled, strengthened } from './style-edits.ts';

/**
 * Answers a private reply to show at once, or undefined when `acknowledge` has shown a waiting one.
 * `privately`: pressed on a message that one person sees; what comes of it stays theirs. Throws AppError.
 */
export async function press(
  deps: Deps,
  event: Event & { action: Action; privately?: boolean },
  acknowledge: Acknowledge,
): Promise<Reply | undefined> {
  const { action, sender } = event;
  const { verb, generationId } = action;
  if (verb === 'cancel' || verb === 'delete') return END[verb](deps.studio, sender, generationId);
  const generation = await deps.studio.find(action.generationId);
  if (!(await deps.studio.isOwner(sender, generation))) {
    if (generation.request.private)
      throw new AppError('not_yours', 'Only the person who asked for this picture can do that.');
    if (REVEALING.has(verb) && handedIn(generation))
      throw new AppError('not_yours', 'Only the person who handed the picture in can do that: it would show it.');
  }
  return DO[verb](deps, { ...event, generation }, acknowledge);
}

type Press = Event & { action: Action; generation: GenerationView; privately?: boolean };
type Do = (deps: Deps, press: Press, acknowledge: Acknowledge) => Promise<Reply | undefined>;

/** What only its person may do, which the studio sees to: also with a record that a newer version wrote. */
const END = {
  cancel: async (studio: Studio, sender: Sender, id: string) => {
    await studio.cancel(sender, id);
    return notice('Cancelled.', id);
  },
  delete: async (studio: Studio, sender: Sender, id: string) => {
    await studio.remove(sender, id);
    return notice('Deleted: the pictures, the prompt and the message.');
  },
};

/** What shows a picture that was handed in, or comes near it. */
const REVEALING: ReadonlySet<Verb> = new Set(['before', 'softer']);

function handedIn(generation: GenerationView): boolean {
  const source = sourceOf(generation);
  return source !== undefined && 'key' in source;
}

/** A new request made of the record of the picture that was pressed. */
const order =
  (derive: (pressed: Pressed) => Request): Do =>
  async (deps, { action, generation, privately = false, ...event }, acknowledge) => {
    const derived = derive({ action, generation, studio: deps.studio });
    const request = { ...derived, private: derived.private || privately };
    await ask(deps, { ...event, request, parentId: generation.id }, acknowledge);
    return undefined;
  };

const DO = {
  reroll: order(rerolled),
  vary: order(varied),
  upscale: order(enlarged),
  stylize: order(restyled),
  softer: order(strengthened(-1)),
  stronger: order(strengthened(1)),
  edit: order(edited),
  mix: order(mixed),
  morph: order(morphed),
  before: async ({ studio }, { action, generation, sender }) =>
    beforeAndAfter(studio, sender, generation, action.index),
  pick: async () => {
    throw new AppError('invalid_request', 'Say which one: press the button of that name below the pictures.');
  },
  details: async (_deps, { generation }) => details(generation),
  show: async ({ studio }, { sender, generation }) => {
    if (await maySee(studio, sender, generation)) return shownAgain(generation, studio);
    throw new AppError('not_found', 'There is no such picture here.');
  },
} satisfies Record<Exclude<Verb, keyof typeof END>, Do>;
