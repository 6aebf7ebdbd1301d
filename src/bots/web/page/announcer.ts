/** Says aloud, to those who listen, what others see: sparingly. */
import type { WireReply } from '../wire.ts';
import { byId } from './dom.ts';

export function createAnnouncer(): (reply: WireReply) => void {
  const region = byId('announcer');
  let said = '';
  return (reply) => {
    if (reply.state === 'working') {
      const { step = 0, total = 1 } = reply.progress ?? {};
      const doing = reply.headline.split(':')[0];
      const now = `${doing}, ${Math.floor((step / total) * 4) * 25} percent.`;
      if (now !== said) region.textContent = now;
      said = now;
      return;
    }
    said = '';
    region.textContent = [reply.headline, ...reply.images.map(({ altText }) => altText)].join(' ');
  };
}
