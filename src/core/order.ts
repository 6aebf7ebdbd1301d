/** An order from a chat: who asked, for what, and where the answer goes. */
import type { Address, Platform } from './address.ts';
import type { Request } from './request.ts';

/** Who asked, as the platform names them. */
export interface Sender {
  platform: Platform;
  /** The platform's own user id. */
  accountId: string;
  name: string;
  /** Guild or workspace; absent in a direct message. */
  space?: { id: string; name?: string };
  /** The platform's ids of the roles they have there. */
  roles?: string[];
}

export interface Order {
  /** The platform's id of the event, unique there: a redelivered one does nothing twice. */
  eventId: string;
  sender: Sender;
  request: Request;
  address: Address;
  /** What this was made from: re-roll, variation, upscale. */
  parentId?: string;
}

/** A channel of a platform, by the platform's own ids. */
export interface Channel {
  platform: Platform;
  id: string;
}
