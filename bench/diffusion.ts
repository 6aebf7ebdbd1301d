/**
 * What denoising costs: rows per CPU-second, peak memory, and wall time ÷ session.run, for the embedded model and for a
 * U-Net of Stable Diffusion 1.5's size (its real shapes, random weights), in float32 and in 8-bit integers. Each model
 * has a process of its own, so that its memory is its own. `-- --quick`: the embedded model alone.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../src/core/log.ts';
import { Request } from '../src/core/request.ts';
import { openCatalogue } from '../src/engine/catalogue.ts';
import { openDevice } from '../src/engine/device.ts';
import { createLocalEngine } from '../src/engine/engine.ts';
import { writeModel } from '../src/engine/onnx/model.ts';
import { createPlanner } from '../src/engine/plan.ts';
import { createQuantizer } from '../src/engine/quantize/graph.ts';
import { writeSd15 } from '../test/models/sd15.ts';

interface Figures {
  side: number;
  rowsPerCpuSecond: number;
  /** Wall time of a generation ÷ the time inside session.run; the median over the runs. */
  overhead: number;
  peakBytes: number;
}

const PROMISED_OVERHEAD = 1.03;
const THREADS = Math.min(2, availableParallelism());
const self = fileURLToPath(import.meta.url);
const log = createLogger('warn');

/** Generations of one model at each size, in this process. Steps are few: each is as dear as the next. */
async function measure(
  modelsDir: string,
  model: string,
  sides: number[],
  steps: number,
  runs: number,
): Promise<Figures[]> {
  const catalogue = await openCatalogue({ MODELS_DIR: modelsDir, log });
  const device = await openDevice({ log }, 'cpu', THREADS);
  const engine = createLocalEngine({ catalogue, device, log });
  const context = {
    log,
    signal: new AbortController().signal,
    onProgress: () => {},
    load: async () => new Uint8Array(),
  };
  const figures: Figures[] = [];
  for (const side of sides) {
    const request = { kind: 'imagine', prompt: 'two red apples on a blue background', seed: 7, steps, model };
    const { recipe } = createPlanner({ catalogue, config: { DEFAULT_MODEL: model } })(Request.parse(request));
    if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
    const { display: _, ...own } = { ...recipe, sampler: 'euler' as const, guidance: 2, width: side, height: side };
    await engine.generate({ ...own, steps: 1 }, context); // opens the model, sizes its buffers
    const ratios: number[] = [];
    const before = process.cpuUsage();
    for (let i = 0; i < runs; i++) {
      const { timings } = await engine.generate(own, context);
      ratios.push(timings.totalMs / timings.runMs);
    }
    const { user, system } = process.cpuUsage(before);
    const rows = runs * 2 * steps; // with and without the prompt
    figures.push({
      side,
      rowsPerCpuSecond: rows / ((user + system) / 1e6),
      overhead: ratios.sort((a, b) => a - b)[runs >> 1]!,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    });
  }
  await engine.close();
  return figures;
}

/** The same folder with a U-Net of 8-bit integers, calibrated on two rows of noise at 256 × 256. */
async function quantize(from: string, to: string): Promise<void> {
  cpSync(from, to, { recursive: true, filter: (path) => !path.includes('unet/model.onnx') });
  linkSync(join(from, 'unet/model.onnx_data'), join(to, 'unet/model.onnx_data')); // for what stays in float32
  const noise = (size: number, seed: number) =>
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed) * 1.4);
  const feeds = [981, 300].map((timestep) => ({
    sample: { data: noise(4 * 32 * 32, timestep), dims: [1, 4, 32, 32] },
    timestep: { data: [timestep], dims: [1] },
    encoder_hidden_states: { data: noise(77 * 768, timestep), dims: [1, 77, 768] },
  }));
  const device = await openDevice({ log }, 'cpu', THREADS);
  const quantizer = await createQuantizer(device, join(from, 'unet/model.onnx'), feeds);
  const model = await quantizer.with(quantizer.candidates);
  writeFileSync(join(to, 'unet/model.onnx'), Buffer.concat(writeModel(model)));
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--measure') {
  const [modelsDir, model, sides, steps, runs] = rest;
  const figures = await measure(modelsDir!, model!, sides!.split(',').map(Number), Number(steps), Number(runs));
  console.log(JSON.stringify(figures));
} else if (mode === '--quantize') await quantize(rest[0]!, rest[1]!);
else await main(mode === '--quick');

async function main(quick: boolean) {
  const child = (...args: string[]) =>
    execFileSync(process.execPath, ['--import', 'tsx', self, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const figuresOf = (modelsDir: string, model: string, sides: number[], steps: number, runs: number): Figures[] => {
    const lines = child('--measure', modelsDir, model, sides.join(), String(steps), String(runs)).trim().split('\n');
    const figures: Figures[] = JSON.parse(lines.at(-1)!);
    for (const { side, rowsPerCpuSecond, overhead, peakBytes } of figures)
      console.log(
        `${model} ${side}²: ${rowsPerCpuSecond.toFixed(3)} rows per CPU-second, ${(peakBytes / 2 ** 30).toFixed(2)} GiB at most, ${overhead.toFixed(4)} × session.run`,
      );
    return figures;
  };

  const models = join(dirname(self), '..', 'models');
  const embedded = figuresOf(models, 'sticker-diffusion', [128], 20, 31); // the median is then of warm code, as in a server
  let large: { fp32: Figures[]; int8: Figures[]; speedRatio: number[] } | undefined;
  if (!quick) {
    const root = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
    try {
      console.log('writing a U-Net of 860 million weights …');
      writeSd15(join(root, 'sd15-fp32'));
      const fp32 = figuresOf(root, 'sd15-fp32', [256, 512], 2, 1);
      console.log('quantizing it …');
      child('--quantize', join(root, 'sd15-fp32'), join(root, 'sd15-int8'));
      const int8 = figuresOf(root, 'sd15-int8', [256, 512], 2, 1);
      const speedRatio = fp32.map(({ rowsPerCpuSecond }, i) => int8[i]!.rowsPerCpuSecond / rowsPerCpuSecond);
      large = { fp32, int8, speedRatio };
    } finally {
      rmSync(root, { recursive: true });
    }
  }
  const all = [...embedded, ...(large ? [...large.fp32, ...large.int8] : [])];
  const overhead = Math.max(...all.map((figures) => figures.overhead));
  const ok = overhead <= PROMISED_OVERHEAD;
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  console.log(
    JSON.stringify(
      { bench: 'diffusion', threads: THREADS, embedded, ...large, overhead, promised: PROMISED_OVERHEAD, ok },
      rounded,
    ),
  );
  if (!ok) process.exitCode = 1;
}
