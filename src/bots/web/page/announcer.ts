/** Says aloud, to those who listen, what others see: sparingly. */
import type { WireReply } from '../wire.ts';
import { byId } from './dom.ts';

export function createAnnouncer(): (reply: WireReply) => void {
  const region = byId('announcer');
  let quarter = -1;
  return (reply) => {
    if (reply.state === 'working') {
      const { step = 0, total = 1 } = reply.progress ?? {};
      const now = Math.floor((step / total) * 4);
      if (now === quarter) return;
      quarter = now;
      region.textContent = `Working, ${now * 25} percent.`;
      return;
    }
    quarter = -1;
    region.textContent = [reply.headline, ...reply.images.map(({ altText }) => altText)].join(' ');
  };
}
