/** Engine overhead: wall time of a generation, as its caller sees it, ÷ the time spent in session.run. Promised: ≤ 1.05. */
import { loadConfig } from '../src/core/config.ts';
import { createLogger } from '../src/core/log.ts';
import { Request } from '../src/core/request.ts';
import { openCatalogue } from '../src/engine/catalogue.ts';
import { createEngine } from '../src/engine/client.ts';
import { createPlanner } from '../src/engine/plan.ts';

const RUNS = 25; // the median is then of warm code, as in a server
const PROMISED = 1.05;

const config = loadConfig(process.env);
const log = createLogger('warn');
const plan = createPlanner({ catalogue: await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log }), config });
const engine = await createEngine({ config, log });
const context = { log, signal: new AbortController().signal, onProgress: () => {}, load: async () => new Uint8Array() };

async function measure(count: number) {
  const { recipe } = plan(
    Request.parse({ kind: 'imagine', prompt: 'two red apples on a blue background', seed: 7, count }),
  );
  await engine.generate(recipe, context); // opens the models
  const ratios: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const before = performance.now();
    const { timings } = await engine.generate(recipe, context);
    const wallMs = performance.now() - before;
    ratios.push(wallMs / timings.runMs);
    console.log(`count ${count}: ${wallMs.toFixed(0)} ms wall, ${timings.runMs.toFixed(0)} ms in session.run`);
  }
  ratios.sort((a, b) => a - b);
  return ratios[Math.floor(RUNS / 2)]!;
}

try {
  const [one, four] = [await measure(1), await measure(4)];
  const ratio = Math.max(one, four);
  const round = (value: number) => Number(value.toFixed(4));
  console.log(
    JSON.stringify({
      bench: 'overhead',
      ratio: round(ratio),
      one: round(one),
      four: round(four),
      promised: PROMISED,
      ok: ratio <= PROMISED,
    }),
  );
  if (ratio > PROMISED) process.exitCode = 1;
} finally {
  await engine.close();
}
