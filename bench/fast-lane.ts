/**
 * A filter while everybody else paints: one pass of a brush over a picture of 512 × 512 pixels, asked for again and again
 * while diffusion jobs fill every other lane and wait behind them. From the order to the recorded picture, with the real
 * engine, safety and records.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { mulberry32 } from '../src/core/mulberry32.ts';
import type { Sender } from '../src/core/order.ts';
import { withScratchServer } from '../src/store/postgres/scratch.ts';
import { mean, quantile, round } from './load/figures.ts';
import { openBenchStudio } from './load/studio.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, filters: { type: 'string' } } });
const FILTERS = Number(values.filters ?? (values.quick ? 8 : 60));
const [SIDE, PAINTERS, JOBS_EACH, STEPS, PAUSE_MS] = [512, 6, 4, 60, 500];
const PROMISED_MS = 3_000;

const random = mulberry32(20261121);
const dir = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
await withScratchServer(async (databaseUrl) => {
  const studio = await openBenchStudio({ databaseUrl, dir });
  const { queue, store, engine, brushes, ask } = studio;
  const { lanes } = engine.describe();
  const { records } = store;
  try {
    const [brush] = brushes;
    if (!brush) throw new Error('No brush is installed: there is no filter to measure.');
    const person = 'filters';
    const sender: Sender = { platform: 'web', accountId: person, name: person };
    const source = await queue.studio.handIn(sender, await aPicture());
    const filter = () => ask(person, { kind: 'stylize', source, brush });

    const until = async (id: string) => {
      for (;;) {
        const generation = (await records.find(id))!;
        if (generation.status === 'done') return generation;
        if (generation.endedAt) throw new Error(`The filter ended ${generation.status}: ${generation.error?.message}`);
        await sleep(5);
      }
    };
    const took = async () => {
      const began = Date.now();
      const { endedAt, light } = await until((await filter()).generationId);
      if (!light) throw new Error('The filter was not planned as light work.');
      return endedAt!.getTime() - began;
    };
    await took(); // opens the model
    const alone = await took();

    let full = true;
    const fill = async () => {
      for (; full; await sleep(100))
        while (full && (await records.waiting()) < PAINTERS * 2)
          await ask(`painter ${Math.floor(random() * PAINTERS)}`, {
            ...{ kind: 'imagine', prompt: 'two red apples on a blue background', steps: STEPS, count: JOBS_EACH },
            seed: Math.floor(random() * 2 ** 31),
          });
    };
    const filling = fill();
    while ((await records.line({ first: 0 })).running.length < lanes) await sleep(50);

    const times: number[] = [];
    for (let i = 0; i < FILTERS; i++) {
      times.push(await took());
      await sleep(random() * 2 * PAUSE_MS);
    }
    full = false;
    await filling;
    const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
    const ok = p95 < PROMISED_MS;
    console.log(
      `${FILTERS} filters of ${SIDE}² px by ${brush} on ${availableParallelism()} cores: p50 ${p50} ms, p95 ${p95} ms, alone ${alone} ms`,
    );
    const figures = { p50, p95, mean: round(mean(times)), alone, promisedMs: PROMISED_MS, ok };
    console.log(
      JSON.stringify({ bench: 'fast-lane', filters: FILTERS, brush, cores: availableParallelism(), ...figures }),
    );
    if (!ok) process.exitCode = 1;
  } finally {
    await studio.close();
  }
}).finally(() => rmSync(dir, { recursive: true, force: true }));

/** Smooth and coloured, as a photograph is; no two runs differ. */
function aPicture(): Promise<Uint8Array> {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const at = (y * SIDE + x) * 3;
      data[at] = 127 + 120 * Math.sin(x / 40 + y / 90);
      data[at + 1] = 127 + 120 * Math.sin(y / 55);
      data[at + 2] = 127 + 120 * Math.cos((x - y) / 70);
    }
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
}
