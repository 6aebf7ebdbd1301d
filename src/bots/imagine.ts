/** /imagine, free of any platform: options in, a waiting reply out, the picture to follow. */
import { type Acknowledge, ask, type Deps, type Event } from './ask.ts';
import { type Options, toRequest } from './options.ts';

export type { Acknowledge, Deps, Event } from './ask.ts';

/** Throws AppError (to be shown privately with `says`) before anything is shown or changed. */
export const imagine = (
  deps: Deps,
  { options, ...event }: Event & { options: Options },
  acknowledge: Acknowledge,
): Promise<void> => ask(deps, { ...event, request: toRequest(options) }, acknowledge);
