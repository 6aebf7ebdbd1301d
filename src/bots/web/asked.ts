/** What was asked, as someone would type it: typed again, it asks for the same. */
import type { GenerationView } from '../../core/records.ts';
import { type KeptPicture, type Kind, type PictureRef, picturesNamed, type RequestOf } from '../../core/request.ts';
import { sayAttributes } from '../attributes.ts';
import { keptImage } from './shown.ts';
import type { Asked } from './wire.ts';

export function askedFor({ id, request, parentId }: GenerationView): Asked {
  const kept = picturesNamed(request).filter((ref): ref is KeptPicture => 'key' in ref);
  const pictures = kept.length > 0 && { pictures: kept.map((picture) => keptImage(picture, id)) };
  if (request.kind === 'imagine' && parentId)
    return { by: request.variation ? 'Vary' : 'Re-roll', text: request.prompt };
  if (request.kind === 'upscale' && parentId && 'generationId' in request.source)
    return { by: `Upscale picture ${request.source.index + 1}`, text: '' };
  const { words, options } = (TYPED[request.kind] as (asked: typeof request) => Typed)(request);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const text = [
    words,
    ...given.map(([name, value]) => `--${name} ${value}`),
    ...(request.kind === 'imagine' && request.quick ? ['--quick'] : []),
    ...(request.private ? ['--private'] : []),
  ];
  return { by: `/${request.kind}`, text: text.filter((part) => part).join(' '), ...pictures };
}

interface Typed {
  words: string;
  /** By name; undefined where they were left alone. */
  options: Record<string, string | number | undefined>;
}

const TYPED: { readonly [K in Kind]: (request: RequestOf<K>) => Typed } = {
  imagine: ({ prompt, negativePrompt, count, seed, steps, guidance, sampler, width, height, model, ...more }) => ({
    words: prompt,
    options: {
      negative: negativePrompt || undefined,
      count: count > 1 ? count : undefined,
      seed,
      steps,
      guidance,
      sampler,
      size: width && `${width}x${height ?? width}`,
      model,
      style: more.style,
      weighting: more.weighting,
      clip_skip: more.clipSkip,
      cfg_until: more.guidanceInterval?.[1],
      rescale: more.guidanceRescale,
    },
  }),
  stylize: ({ source, brush, words = '', strength, quality, keepColours, styles = [] }) => ({
    words,
    options: {
      of: idOf(source),
      brush,
      weights: styles.length > 1 ? styles.map(({ weight }) => Math.round(weight * 100)).join(' ') : undefined,
      strength,
      quality,
      keep_colours: keepColours === 'no' ? undefined : keepColours,
    },
  }),
  face: ({ attributes, count, seed, truncation, mix }) => ({
    words: sayAttributes(attributes),
    options: {
      count: count > 1 ? count : undefined,
      seed,
      truncation,
      mix: mix?.map(({ seed, layers }) => `${seed} ${layers}`).join(', '),
    },
  }),
  morph: ({ stops, frames }) => ({
    words: stops.map((stop) => ('seed' in stop ? stop.seed : idOf(stop))).join(' '),
    options: { frames },
  }),
  upscale: ({ source, factor }) => ({ words: idOf(source) ?? '', options: { factor } }),
};

/** As commands take it; undefined for what was handed in. */
const idOf = (ref: PictureRef): string | undefined =>
  'key' in ref ? undefined : `${ref.generationId}${ref.index > 0 ? `#${ref.index + 1}` : ''}`;
