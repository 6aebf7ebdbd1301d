/** Shows replies on the open pages of a session. Always succeeds: a page that is closed reads the records when it opens. */
import type { Courier } from '../../core/courier.ts';
import type { Hub } from './hub.ts';
import type { Live } from './live.ts';
import { toWire } from './wire.ts';

export const webCourier = ({ hub, live }: { hub: Hub; live: Live }): Courier<'web'> => ({
  platform: 'web',
  deliver: async (address, reply) => {
    const id = reply.generationId;
    if (id) {
      live.end(id);
      hub.publish(address.session, 'reply', { id, reply: toWire(reply) });
    }
    return { address };
  },
  progress: async ({ session }, reply) => {
    const id = reply.generationId;
    if (!id) return;
    live.put(session, reply);
    hub.publish(session, 'reply', { id, reply: toWire(reply) });
  },
  remove: async ({ session }) => hub.publish(session, 'changed', {}),
});
