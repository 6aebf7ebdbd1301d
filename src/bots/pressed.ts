/** What was pressed: an action, and the generation it is about. */
import type { Action } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import type { GenerationView, ImageView } from '../core/records.ts';
import type { OurPicture } from '../core/request.ts';
import type { Choices } from './offers.ts';

export interface Pressed {
  action: Action;
  generation: GenerationView;
  studio: Choices;
}

/** The picture of a generation that an action is about. Throws not_found. */
export function pick({ images }: Pick<GenerationView, 'images'>, index: number): ImageView {
  const image = images.find((image) => image.index === index);
  if (!image) throw new AppError('not_found', 'That picture is not ready, or it is no longer here.');
  return image;
}

/** The same, as a request names it. */
export const ours = (generation: GenerationView, index: number): OurPicture => ({
  generationId: generation.id,
  index: pick(generation, index).index,
});
