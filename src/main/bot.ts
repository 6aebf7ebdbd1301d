/** `atelier bot`: gateways, chat page and deliveries; jobs are run by workers elsewhere. */
import { serve } from './serve.ts';

await serve({
  name: 'bot',
  summary: 'Gateways, chat page and deliveries. Needs a worker that shares DATABASE_URL (and REDIS_URL).',
  roles: { bots: true, worker: false },
});
