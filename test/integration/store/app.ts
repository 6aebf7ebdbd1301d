// A program with a store, for tests that kill it: says how it went in one JSON line, then lives until it is ended.
import pino from 'pino';
import { toAppError } from '../../../src/core/errors.ts';
import { openStore } from '../../../src/store/store.ts';

const DATA_DIR = process.argv[2]!;
try {
  const store = await openStore({ config: { DATA_DIR }, log: pino({ level: 'silent' }) });
  await store.ping();
  console.log(JSON.stringify({ url: store.databaseUrl, description: store.description }));
  process.once('SIGTERM', () => void store.close().then(() => process.exit(0)));
  setInterval(() => {}, 1000);
} catch (error) {
  const { code, message } = toAppError(error);
  console.log(JSON.stringify({ code, message }));
  process.exit(1);
}
