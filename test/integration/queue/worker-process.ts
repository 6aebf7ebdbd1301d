/** A worker process for the tests to kill. Says `ready`, then `started <generation id>` for each job. */

import { openQueue } from '../../../src/queue/queue.ts';
import { openStore } from '../../../src/store/store.ts';
import { allowing, aPlan, silent } from '../../unit/queue/memory.ts';
import { quick, stepping } from './scene.ts';

const { config, redisUrl, behaviour } = JSON.parse(process.argv[2]!);
const say = (line: string) => process.stdout.write(`${line}\n`);

const store = await openStore({ config, log: silent });
const { records } = store;
const queue = await openQueue({
  redisUrl,
  databaseUrl: store.databaseUrl,
  records: {
    ...records,
    async claimNext(leaseMs) {
      const claim = await records.claimNext(leaseMs);
      if (claim && 'fence' in claim) say(`started ${claim.generation.id}`);
      return claim;
    },
  },
  objects: store.objects,
  safety: allowing,
  plan: aPlan,
  models: () => [],
  styles: () => [],
  brushes: () => [],
  attributes: () => [],
  limits: { jobsPerPerson: 100, idlePictures: 60 },
  log: silent,
  options: quick,
});
queue.startWorker({ generate: stepping(behaviour.stepMs), concurrency: behaviour.concurrency ?? 1 });
process.once('SIGTERM', async () => {
  await queue.stop(0);
  await store.close();
});
say('ready');
