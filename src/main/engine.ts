/** The engine process. Started by engine/child.ts only; everything it needs to know comes as a message. */
import { serveParent } from '../engine/host.ts';

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the parent decides when we end
process.on('SIGTERM', () => {});
process.on('unhandledRejection', (reason) => {
  const [fields, message] = [{ err: String(reason) }, 'a promise was rejected with nobody listening'];
  process.send?.({ type: 'log', level: 'error', fields, message }, () => {}); // everybody's jobs are in here: one's bug ends none
});
serveParent({
  send: (message) => void (process.connected && process.send?.(message, () => {})), // a parent that is gone needs no answer
  onMessage: (listener) => void process.on('message', listener),
});
