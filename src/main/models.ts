/** `atelier models …`: what is installed, fetched and taken away, from a shell. */
import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { openCatalogue } from '../engine/catalogue.ts';
import { ALIASES } from '../engine/pull/aliases.ts';
import { createHub } from '../engine/pull/hub.ts';
import { type Offer, type PullProgress, pull, sizeOf } from '../engine/pull/pull.ts';
import { removeModel } from '../engine/pull/remove.ts';
import { PRECISIONS, type Precision } from '../engine/pull/selection.ts';
import { readEnvironment } from './environment.ts';
import { addQuantizeCommand } from './quantize.ts';

export function addModelCommands(models: Command): void {
  addQuantizeCommand(models);
  models
    .command('list')
    .description('name, kind, version, licence')
    .option('--available', 'instead: the models that can be pulled by a short name')
    .action(({ available }: { available?: boolean }) => (available ? listAliases() : listModels()));
  models.command('verify').description('compare every file with its manifest').action(verifyModels);
  models
    .command('pull')
    .description('fetch a diffusion model in ONNX from a Hugging Face hub (HF_ENDPOINT, HF_TOKEN)')
    .argument('<model>', `owner/name, or one of ${ALIASES.map(({ alias }) => alias).join(', ')}`)
    .option('--revision <revision>', 'branch, tag or commit')
    .addOption(new Option('--precision <precision>', 'where the repository has several').choices(PRECISIONS))
    .option('--name <name>', 'what it is to be called here')
    .option('--accept-licence', 'accept its licence without being asked')
    .action(pullModel);
  models
    .command('rm')
    .description('remove a model')
    .argument('<name>')
    .option('--force', 'even the default model')
    .action(async (name: string, { force = false }: { force?: boolean }) => {
      const { config, log } = readEnvironment('models');
      const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
      const { MODELS_DIR: modelsDir, DEFAULT_MODEL: defaultModel } = config;
      await removeModel({ catalogue }, { name, modelsDir, defaultModel, force });
      process.stdout.write(`${name} is removed.\n`);
    });
}

async function listModels(): Promise<void> {
  const { config, log } = readEnvironment('models');
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  for (const { name, kind, version, licence } of catalogue.list())
    process.stdout.write(`${[name, kind, version, licence].join('\t')}\n`);
}

function listAliases(): void {
  for (const { alias, repo, bytes, licence, family } of ALIASES)
    process.stdout.write(`${[alias, family, `about ${sizeOf(bytes)}`, licence, repo].join('\t')}\n`);
}

async function verifyModels(): Promise<void> {
  const { config, log } = readEnvironment('models');
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const problems = await catalogue.verify();
  for (const { name } of catalogue.list()) process.stdout.write(`${name}: ${problems.get(name) ?? 'ok'}\n`);
  process.exitCode = problems.size > 0 ? 1 : 0;
}

interface PullOptions {
  revision?: string;
  precision?: Precision;
  name?: string;
  acceptLicence?: boolean;
}

async function pullModel(what: string, { acceptLicence = false, ...options }: PullOptions): Promise<void> {
  const { config, log } = readEnvironment('models');
  const hub = createHub({ endpoint: config.HF_ENDPOINT, token: config.HF_TOKEN });
  const accept = async (offer: Offer) => {
    const { name, repository, bytes, files, licence, licenceUrl } = offer;
    process.stdout.write(
      `${name}: ${repository.name} at ${repository.commit.slice(0, 12)}, ${files.length} files, ${sizeOf(bytes)}\nlicence: ${licence}, ${licenceUrl}\n`,
    );
    return acceptLicence || askForYes();
  };
  const name = await pull(
    { hub, log, accept, onProgress: createMeter() },
    { what, modelsDir: config.MODELS_DIR, ...options },
  );
  process.stdout.write(
    `${name} is installed: atelier imagine --model ${name} "…". Running servers see it after a restart.\n`,
  );
}

/** Nobody at the keyboard accepts nothing. */
async function askForYes(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write('Add --accept-licence to accept the licence.\n');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Type yes to accept the licence and pull: ');
  terminal.close();
  return answer.trim().toLowerCase() === 'yes';
}

/** A line that is overwritten on a terminal, and one per tenth elsewhere. */
function createMeter(): (progress: PullProgress) => void {
  let shown = -1;
  return ({ file, doneBytes, totalBytes }) => {
    const percent = Math.floor((100 * doneBytes) / Math.max(1, totalBytes));
    const mark = process.stderr.isTTY ? percent : percent - (percent % 10);
    if (mark === shown) return;
    shown = mark;
    const line = `${String(mark).padStart(3)} % of ${sizeOf(totalBytes)}  ${file}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}${percent === 100 ? '\n' : ''}` : `${line}\n`);
  };
}
