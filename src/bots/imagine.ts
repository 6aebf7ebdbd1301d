/** /imagine, free of any platform: options in, a waiting reply out, the picture to follow. */
import type { Address } from '../core/address.ts';
import type { Logger } from '../core/log.ts';
import type { Reply } from '../core/reply.ts';
import type { Sender, Studio } from '../core/studio.ts';
import { type Options, toRequest } from './options.ts';
import { waiting } from './present.ts';

export interface Deps {
  studio: Studio;
  log: Logger;
}

/** Shows a reply in public (or privately if it says so) and answers where it stands. Called at most once per event. */
export type Acknowledge = (reply: Reply) => Promise<Address>;

export interface Event {
  /** The platform's id of this event. */
  eventId: string;
  sender: Sender;
  /** Where the answer would go, as far as known before it is acknowledged. */
  address: Address;
}

/** Throws AppError (to be shown privately with `says`) before anything is shown or changed. */
export async function imagine(
  { studio, log }: Deps,
  { eventId, sender, address, options }: Event & { options: Options },
  acknowledge: Acknowledge,
): Promise<void> {
  const request = toRequest(options);
  const receipt = await studio.submit({ eventId, sender, request, address }, (receipt) =>
    acknowledge(waiting(request, receipt)),
  );
  if (receipt) log.info({ generationId: receipt.generationId, ahead: receipt.ahead }, 'imagine accepted');
  else log.info({ eventId }, 'repeated event ignored');
}
