/** `atelier worker`: takes jobs and runs the engine; as many as there are devices and hosts. */
import { serve } from './serve.ts';

await serve({
  name: 'worker',
  summary: 'Takes jobs and runs the engine. Shares DATABASE_URL (and REDIS_URL) and DATA_DIR’s pictures with the bots.',
  roles: { bots: false, worker: true },
});
