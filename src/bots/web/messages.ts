/** Records → the messages of the chat, so that a reload, a restart or another tab shows what was there. */
import type { GenerationView } from '../../core/records.ts';
import type { Reply } from '../../core/reply.ts';
import type { Choices } from '../offers.ts';
import { outcome, waiting, working } from '../present.ts';
import { askedFor } from './asked.ts';
import { type Message, toWire } from './wire.ts';

/** `live`: what it last said of itself, if this process heard it. */
export const toMessage = (generation: GenerationView, choices: Choices, live?: Reply): Message => ({
  id: generation.id,
  at: generation.createdAt.toISOString(),
  asked: askedFor(generation),
  reply: toWire(current(generation, choices, live)),
});

function current(generation: GenerationView, choices: Choices, live?: Reply): Reply {
  const { id, status, request, recipe, notes } = generation;
  if (status === 'done' || status === 'failed' || status === 'cancelled') return outcome(generation, choices);
  if (status === 'running')
    return live?.state === 'working'
      ? live
      : working(generation, { generationId: id, step: 0, total: recipe.kind === 'imagine' ? recipe.steps : 1 });
  return (
    live ?? { ...waiting(request, { generationId: id, ahead: 0, notes }), headline: 'Accepted. Waiting for its turn.' }
  );
}
