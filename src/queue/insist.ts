import { setTimeout as sleep } from 'node:timers/promises';

/** For what has already been shown and must now be written down: a database that is just restarting gets some seconds. */
export async function insist(work: () => Promise<void>, waits = [100, 400, 1500, 3000]): Promise<void> {
  for (const wait of waits) {
    try {
      return await work();
    } catch {
      await sleep(wait);
    }
  }
  return work();
}
