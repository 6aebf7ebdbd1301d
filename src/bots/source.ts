/** The picture that a picture was made from. */
import type { GenerationView } from '../core/records.ts';
import type { PictureRef } from '../core/request.ts';

/** As the request names it; undefined for what was made from nothing. */
export function sourceOf({ request }: Pick<GenerationView, 'request'>): PictureRef | undefined {
  if (request.kind === 'upscale' || request.kind === 'stylize') return request.source;
  if (request.kind === 'imagine') return request.init?.picture;
  return request.kind === 'face' ? request.picture : undefined;
}

/** In words that name it. */
export const saySource = (source: PictureRef): string =>
  'generationId' in source
    ? `picture ${source.index + 1} of ${source.generationId}`
    : `a picture that was handed in, ${source.width} × ${source.height}${source.frames ? `, ${source.frames} frames` : ''}`;
