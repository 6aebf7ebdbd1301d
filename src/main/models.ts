/** The installed models, from a shell. */
import { openCatalogue } from '../engine/catalogue.ts';
import { readEnvironment } from './environment.ts';

export async function listModels(): Promise<void> {
  const { config, log } = readEnvironment('models');
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  for (const { name, kind, version, licence } of catalogue.list())
    process.stdout.write(`${[name, kind, version, licence].join('\t')}\n`);
}

export async function verifyModels(): Promise<void> {
  const { config, log } = readEnvironment('models');
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const problems = await catalogue.verify();
  for (const { name } of catalogue.list()) process.stdout.write(`${name}: ${problems.get(name) ?? 'ok'}\n`);
  process.exitCode = problems.size > 0 ? 1 : 0;
}
