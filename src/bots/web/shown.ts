/** Puts a new exchange in front of every open page of a session, once it is accepted. */
import type { Reply } from '../../core/reply.ts';
import type { KeptPicture } from '../../core/request.ts';
import type { Acknowledge } from '../ask.ts';
import { toKeptImage } from '../reply-image.ts';
import type { Hub } from './hub.ts';
import type { Live } from './live.ts';
import type { Visitor } from './session.ts';
import { type Answer, type Asked, type Message, toWire, toWireImage, type WireImage } from './wire.ts';

export interface Shown {
  /** `acknowledge` goes to the command; `now` is what to answer when it has run. */
  answer(visitor: Visitor, asked: (reply: Reply) => Asked): { acknowledge: Acknowledge; now(): Answer };
}

export const showIn = ({ hub, live }: { hub: Hub; live: Live }): Shown => ({
  answer: ({ address }, asked) => {
    let message: Message | undefined;
    return {
      acknowledge: async (reply) => {
        message = {
          id: reply.generationId ?? '',
          at: new Date().toISOString(),
          asked: asked(reply),
          reply: toWire(reply),
        };
        live.put(address.session, reply);
        hub.publish(address.session, 'message', message);
        return address;
      },
      now: () => (message ? { message } : { duplicate: true }),
    };
  },
});

/** A picture that was handed in, as part of the generation that is made from it. */
export const keptImage = (picture: KeptPicture, generationId: string): WireImage =>
  toWireImage(toKeptImage(picture, 0), generationId);
