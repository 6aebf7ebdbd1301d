/** `atelier models quantize`: an int8 copy for CPUs, with what it gains and costs. */
import { type Command, InvalidArgumentError } from 'commander';
import { openCatalogue } from '../engine/catalogue.ts';
import { openDevice } from '../engine/device.ts';
import { quantizeModel } from '../engine/quantize/quantize.ts';
import { readEnvironment } from './environment.ts';

interface Options {
  out?: string;
  least: number;
  steps?: number;
  size?: { width: number; height: number };
}

export function addQuantizeCommand(models: Command): void {
  models
    .command('quantize')
    .description('make an int8 copy of a diffusion model, faster on CPUs; kept only if its pictures are close enough')
    .argument('<model>')
    .option('--out <name>', 'what the copy is to be called (default: <model>-int8)')
    .option('--least <dB>', 'PSNR every compared picture must reach', toNumber, 30)
    .option('--steps <number>', 'denoising steps of the pictures compared', toNumber)
    .option('--size <WxH>', 'size of the pictures compared', toSize)
    .action(quantize);
}

async function quantize(model: string, { out = `${model}-int8`, ...options }: Options): Promise<void> {
  const { config, log } = readEnvironment('models');
  log.level = process.env.LOG_LEVEL?.trim() ? log.level : 'warn';
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const device = await openDevice({ log }, 'cpu', config.ENGINE_THREADS);
  const report = await quantizeModel(
    { catalogue, device, log },
    { ...{ steps: undefined, size: undefined, ...options }, model, out, modelsDir: config.MODELS_DIR, onStage: tell },
  );
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { bytes, speed, psnr } = report;
  process.stdout.write(
    [
      `${report.name}: ${report.int8} of ${report.candidates} products are of 8-bit integers`,
      `size   ${megabytes(bytes.before)} → ${megabytes(bytes.after)} (${(bytes.before / bytes.after).toFixed(2)}×)`,
      `speed  ${speed.run.toFixed(2)}× in the network, ${speed.cpu.toFixed(2)}× in CPU time, same recipes both ways`,
      `PSNR   ${psnr.map((value) => value.toFixed(1)).join(', ')} dB against the original (at least ${options.least} wanted)`,
      '',
    ].join('\n'),
  );
}

const tell = (stage: string): void => void process.stderr.write(`${stage} …\n`);

function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function toSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(text) ?? [];
  if (width && height) return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError('It must be like 256x256.');
}
