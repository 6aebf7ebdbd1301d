/** Records → the messages of the chat, so that a reload, a restart or another tab shows what was there. */
import type { GenerationView } from '../../core/records.ts';
import type { Reply } from '../../core/reply.ts';
import type { Request } from '../../core/request.ts';
import { outcome, waiting, working } from '../present.ts';
import { quoted } from '../wording.ts';
import { type Asked, type Message, toWire } from './wire.ts';

/** `live`: what it last said of itself, if this process heard it. */
export const toMessage = (generation: GenerationView, live?: Reply): Message => ({
  id: generation.id,
  at: generation.createdAt.toISOString(),
  asked: askedFor(generation),
  reply: toWire(current(generation, live)),
});

export function current(generation: GenerationView, live?: Reply): Reply {
  const { id, status, request, recipe, notes } = generation;
  if (status === 'done' || status === 'failed' || status === 'cancelled') return outcome(generation);
  if (status === 'running')
    return live?.state === 'working'
      ? live
      : working(generation, { generationId: id, step: 0, total: recipe.kind === 'imagine' ? recipe.steps : 1 });
  return (
    live ?? { ...waiting(request, { generationId: id, ahead: 0, notes }), headline: 'Accepted. Waiting for its turn.' }
  );
}

function askedFor({ request, parentId }: GenerationView): Asked {
  if (request.kind === 'upscale' && 'generationId' in request.source)
    return { by: `Upscale picture ${request.source.index + 1}`, text: '' };
  if (request.kind !== 'imagine') return { by: `/${request.kind}`, text: quoted(request) ?? '' };
  if (request.variation) return { by: 'Vary', text: request.prompt };
  return parentId ? { by: 'Re-roll', text: request.prompt } : { by: '/imagine', text: typed(request) };
}

/** The options as someone would type them. */
function typed(request: Extract<Request, { kind: 'imagine' }>): string {
  const { prompt, negativePrompt, count, seed, steps, guidance, sampler, width, height, model } = request;
  const { style, weighting, clipSkip, guidanceInterval, guidanceRescale } = request;
  const options = {
    negative: negativePrompt || undefined,
    count: count > 1 ? count : undefined,
    seed,
    steps,
    guidance,
    sampler,
    size: width && `${width}x${height ?? width}`,
    model,
    style,
    weighting,
    clip_skip: clipSkip,
    cfg_until: guidanceInterval?.[1],
    rescale: guidanceRescale,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return [
    prompt,
    ...given.map(([name, value]) => `--${name} ${value}`),
    ...(request.private ? ['--private'] : []),
  ].join(' ');
}
