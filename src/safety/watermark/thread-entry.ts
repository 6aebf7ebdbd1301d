/** The other side of thread.ts: one task after the other, each answered. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Picture } from '../../core/picture.ts';
import { createWatermark } from './mark.ts';
import type { Answer, Found, Task } from './thread.ts';

const watermarks = (workerData as Uint8Array[]).map(createWatermark);
let line = Promise.resolve();

parentPort?.on('message', ({ id, ...task }: Task & { id: number }) => {
  line = line.then(async () => {
    const answer = await work(task as Task).catch((failure: unknown) => ({ failure }));
    parentPort?.postMessage({ id, ...answer } satisfies Answer);
  });
});

async function work(task: Task): Promise<Omit<Answer, 'id'>> {
  if (task.do === 'read') return { found: find(task.shown) };
  return { marked: await watermarks[0]!.mark(task.picture, task.code, task.like) };
}

function find(shown: Picture | readonly Picture[]): Found | undefined {
  for (const [keyAt, { read }] of watermarks.entries()) {
    const code = read(shown);
    if (code !== undefined) return { code, keyAt };
  }
  return undefined;
}
