/** Run by child.test.ts: starts an engine, says its process id, and waits to be killed. */
import { anEngine } from './an-engine.ts';

const engine = await anEngine();
process.stdout.write(`${engine.describe().devices[0]!.pid}\n`);
