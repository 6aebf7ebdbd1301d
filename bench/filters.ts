/**
 * Filters: how long each takes at three sizes, as its caller sees it, ÷ the time spent in session.run in the same run
 * (promised: ≤ 1.10 at 512² and above, where that grows with the picture: translations make theirs in one small size);
 * faces a second; Gatys' seconds to a stated loss; enlarged pixels a second from three sizes, of which the largest that
 * is one tile is held to the ratio: of larger ones more and more goes into handing the pixels on.
 * `--quick`: one size, fewer runs.
 */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { loadConfig } from '../src/core/config.ts';
import { createLogger } from '../src/core/log.ts';
import type { Picture } from '../src/core/picture.ts';
import type { Recipe, Sources } from '../src/core/recipe.ts';
import { Request, type RequestInput } from '../src/core/request.ts';
import { openCatalogue } from '../src/engine/catalogue.ts';
import { createEngine } from '../src/engine/client.ts';
import { openDevice } from '../src/engine/device.ts';
import { createPlanner } from '../src/engine/plan.ts';
import { brushesOf } from '../src/engine/style/brushes.ts';
import { openFeatureNet } from '../src/engine/style/features.ts';
import { paint } from '../src/engine/style/gatys.ts';
import { styleWeight } from '../src/engine/style/gatys-defaults.ts';

const PROMISED = 1.1;
const quick = process.argv.includes('--quick');
const SIZES = quick ? [512] : [256, 512, 1024];
const RUNS = quick ? 3 : 9;
const RUNS_OF_LARGE = quick ? 3 : 5;
const WARM_UPS = quick ? 1 : 4;
const COMPILING = quick ? 1 : 20;
const FACES = quick ? 16 : 64;
const LARGER = { sides: quick ? [256] : [128, 256, 512], held: 256 };
const GATYS = { side: quick ? 96 : 192, /** Of the loss after the first step. */ share: 0.4, most: 150 };

const config = loadConfig(process.env);
const log = createLogger('warn');
const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
const plan = createPlanner({ catalogue, config });
const engine = await createEngine({ config, log });
const files = new Map<string, Buffer>();

/** Soft shapes and fine lines in full colours, as a stored picture. */
async function aStoredPicture(side: number, seed = 1) {
  const { data } = drawn(side, seed);
  const bytes = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  files.set(sha256, bytes);
  return { key: sha256, sha256, width: side, height: side };
}

const sources: Sources = (ref) => {
  if ('key' in ref) return ref;
  throw new TypeError('Only stored pictures are measured.');
};

async function timed(recipe: Recipe): Promise<{ wallMs: number; runMs: number }> {
  const before = performance.now();
  const { timings } = await engine.generate(recipe, {
    ...{ log, signal: new AbortController().signal, onProgress: () => {} },
    load: async (key) => files.get(key)!,
  });
  return { wallMs: performance.now() - before, runMs: timings.runMs };
}

/** The first runs of a process compile the code they go through: a server has them behind it. */
async function compile(request: RequestInput) {
  const { recipe } = plan(Request.parse(request), sources);
  for (let i = 0; i < COMPILING; i++) await timed(recipe);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const round = (value: number, digits = 3) => Number(value.toFixed(digits));

type Measured = Awaited<ReturnType<typeof measure>>;

/** Of a request: the median of several runs, after those that open the model and warm the code, as in a server. */
async function measure(name: string, request: RequestInput, megapixels: number, runs = RUNS) {
  const { recipe } = plan(Request.parse(request), sources);
  for (let i = 0; i < WARM_UPS; i++) await timed(recipe);
  const all: Awaited<ReturnType<typeof timed>>[] = [];
  for (let i = 0; i < runs; i++) all.push(await timed(recipe));
  const ms = median(all.map(({ wallMs }) => wallMs));
  const ratio = median(all.map(({ wallMs, runMs }) => wallMs / runMs));
  console.log(
    `${name}: ${ms.toFixed(0)} ms, ${((1000 * megapixels) / ms).toFixed(2)} MP/s, ${ratio.toFixed(3)} × session.run`,
  );
  return { ms: round(ms, 0), mpPerSecond: round((1000 * megapixels) / ms), ratio: round(ratio) };
}

try {
  const style = await aStoredPicture(256, 2);
  const brushes = brushesOf(catalogue);
  const ways = [
    ...brushes.map(({ name }) => ({ name, manner: { brush: name } })),
    ...catalogue.of('adain').map(({ ref }) => ({ name: ref.name, manner: { styles: [{ picture: style }] } })),
  ];
  await compile({ kind: 'stylize', source: await aStoredPicture(SIZES[0]!), ...ways[0]!.manner });
  const filters: Record<string, Record<string, Measured>> = {};
  for (const { name, manner } of ways)
    for (const side of SIZES) {
      const request = { kind: 'stylize' as const, source: await aStoredPicture(side), ...manner };
      filters[name] = {
        ...filters[name],
        [side]: await measure(`${name} at ${side}²`, request, side ** 2 / 1e6, side > 512 ? RUNS_OF_LARGE : RUNS),
      };
    }

  const upscale: Record<string, Measured> = {};
  for (const side of LARGER.sides) {
    const request = { kind: 'upscale' as const, source: await aStoredPicture(side) };
    upscale[side] = await measure(`enlarged ×4 from ${side}²`, request, (4 * side) ** 2 / 1e6);
  }
  const faces =
    catalogue.of('gan').length > 0
      ? await measure(`${FACES} faces`, { kind: 'face', count: FACES, seed: 1 }, 0, quick ? 1 : 3)
      : undefined;
  const facesPerSecond = faces && round((1000 * FACES) / faces.ms, 1);
  if (facesPerSecond) console.log(`${facesPerSecond} faces a second`);
  await engine.close();

  const gatys = await toALoss();
  const oneSized = new Set(brushes.filter(({ direction }) => direction).map(({ name }) => name));
  const ratios = Object.entries(filters).flatMap(([name, at]) =>
    Object.entries(oneSized.has(name) ? {} : at)
      .filter(([side]) => Number(side) >= 512)
      .map(([, { ratio }]) => ratio),
  );
  const worst = Math.max(...ratios, upscale[LARGER.held]!.ratio);
  const ok = worst <= PROMISED;
  console.log(
    JSON.stringify({ bench: 'filters', filters, upscale, facesPerSecond, gatys, worst, promised: PROMISED, ok }),
  );
  if (!ok) process.exitCode = 1;
} finally {
  await engine.close();
}

/** One scale from the picture itself, until the loss has fallen to its share of what it was after the first step. */
async function toALoss() {
  const model = catalogue.of('features').find(({ manifest }) => manifest.gatys);
  if (!model) return undefined;
  const { side, share, most } = GATYS;
  const net = await openFeatureNet(await openDevice({ log }, 'cpu', config.ENGINE_THREADS), model);
  const control = new AbortController();
  const started = performance.now();
  let [first, last, steps, seconds] = [0, 0, 0, 0];
  const painting = {
    ...{ content: drawn(side, 1), styles: [drawn(side, 2)], styleWeight: styleWeight(1), smoothness: 3 },
    regions: [{ shares: [1] }],
    iterations: [most],
  };
  const onIteration = (step: number, _: unknown, loss: number) => {
    first ||= loss;
    [last, steps, seconds] = [loss, step, (performance.now() - started) / 1000];
    if (loss <= share * first) control.abort();
  };
  await paint({ net, clock: { runMs: 0 }, signal: control.signal, onIteration }, painting).catch((caught) => {
    if (!control.signal.aborted) throw caught;
  });
  await net.release();
  const reached = last <= share * first;
  console.log(
    `Gatys at ${side}²: ${seconds.toFixed(1)} s and ${steps} steps to ${(last / first).toFixed(3)} of the first loss`,
  );
  return { side, seconds: round(seconds, 1), steps, to: share, reached };
}

function drawn(side: number, seed: number): Picture {
  const data = new Uint8Array(side * side * 3);
  for (let y = 0, i = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++)
        data[i++] =
          128 +
          70 * Math.sin((x * (c + 1) * 40) / side + seed) * Math.cos((y * (3 - c) * 33) / side + 2 * seed) +
          40 * Math.sin((x * y) / (97 * seed) + c);
  return { width: side, height: side, data };
}
