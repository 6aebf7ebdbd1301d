/** A request handed to the studio: the waiting reply out, the picture to follow. */
import type { Address } from '../core/address.ts';
import type { Logger } from '../core/log.ts';
import type { Reply } from '../core/reply.ts';
import type { Request } from '../core/request.ts';
import type { Sender, Studio } from '../core/studio.ts';
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
export async function ask(
  { studio, log }: Deps,
  { eventId, sender, address, request, parentId }: Event & { request: Request; parentId?: string },
  acknowledge: Acknowledge,
): Promise<void> {
  const order = { eventId, sender, request, address, ...(parentId && { parentId }) };
  const receipt = await studio.submit(order, (receipt) => acknowledge(waiting(request, receipt)));
  const { kind } = request;
  if (receipt) log.info({ kind, generationId: receipt.generationId, ahead: receipt.ahead }, 'order accepted');
  else log.info({ kind, eventId }, 'repeated event ignored');
}
