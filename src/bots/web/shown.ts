/** Puts a new exchange in front of every open page of a session, once it is accepted. */
import type { Reply } from '../../core/reply.ts';
import type { Acknowledge } from '../imagine.ts';
import type { Hub } from './hub.ts';
import type { Live } from './live.ts';
import type { Visitor } from './session.ts';
import { type Answer, type Asked, type Message, toWire } from './wire.ts';

export interface Shown {
  /** `acknowledge` goes to the command; `now` is what to answer when it has run. */
  answer(visitor: Visitor, asked: Asked | ((reply: Reply) => Asked)): { acknowledge: Acknowledge; now(): Answer };
}

export const showIn = ({ hub, live }: { hub: Hub; live: Live }): Shown => ({
  answer: ({ address }, asked) => {
    let message: Message | undefined;
    return {
      acknowledge: async (reply) => {
        message = {
          id: reply.generationId ?? '',
          at: new Date().toISOString(),
          asked: typeof asked === 'function' ? asked(reply) : asked,
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
