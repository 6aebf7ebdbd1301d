/** `npm start`: everything on one machine. */
import { serve } from './serve.ts';

await serve({
  name: 'start',
  summary:
    'Everything on one machine: database, queue, worker, engine, chat page, and Discord and Slack when their tokens are set.',
  roles: { bots: true, worker: true },
});
