/** The other side of thread.ts: one task after the other, each answered. */
import { parentPort, workerData } from 'node:worker_threads';
import { createWatermark } from './mark.ts';
import type { Answer, Task } from './thread.ts';

const watermark = createWatermark(workerData as Uint8Array);
let line = Promise.resolve();

parentPort?.on('message', ({ id, ...task }: Task & { id: number }) => {
  line = line.then(async () => {
    const answer = await work(task as Task).catch((failure: unknown) => ({ failure }));
    parentPort?.postMessage({ id, ...answer } satisfies Answer);
  });
});

async function work(task: Task): Promise<Omit<Answer, 'id'>> {
  if (task.do === 'read') return { code: watermark.read(task.picture) };
  return { marked: await watermark.mark(task.picture, task.code) };
}
