/** Prisma's own schema engine as WebAssembly: what `prisma migrate` runs, without its native binary. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type * as Bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

/** The project's prisma folder, from the sources and from the build alike. */
const PRISMA = fileURLToPath(new URL('../../prisma', import.meta.url));

/** Nothing is left out of comparisons. */
export const NO_FILTERS: Bindings.SchemaFilter = { externalTables: [], externalEnums: [] };

let bindings: Promise<typeof Bindings> | undefined;

/** Instantiated once per process: a second instance corrupts the first. */
const loadBindings = () => {
  bindings ??= instantiate();
  return bindings;
};

async function instantiate(): Promise<typeof Bindings> {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const glue = await import(pathToFileURL(join(folder, 'schema_engine_bg.js')).href);
  const { instance } = await WebAssembly.instantiate(await readFile(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': glue,
  });
  // Without a registry a panic loses its text.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (message: string) => {
        throw new Error(`The schema engine stopped: ${message}`);
      },
    },
  });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start: () => void }).__wbindgen_start();
  return glue;
}

/** Lends an engine connected to `url`. Nothing of it stays connected afterwards. */
export async function withSchemaEngine<T>(
  url: string,
  use: (engine: Bindings.SchemaEngine, schema: { path: string; content: string }) => Promise<T>,
  adapt: (factory: PrismaPg) => PrismaPg = (factory) => factory,
): Promise<T> {
  const { SchemaEngine } = await loadBindings();
  const schema = { path: 'schema.prisma', content: await readFile(join(PRISMA, 'schema.prisma'), 'utf8') };
  const pool = new pg.Pool({ connectionString: url, max: 2 }); // ours, because freeing the engine does not close it
  const factory = bindMigrationAwareSqlAdapterFactory(adapt(runningWholeScripts(new PrismaPg(pool))));
  const engine = await SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => {}, factory);
  try {
    return await use(engine, schema);
  } finally {
    engine.free();
    await pool.end();
  }
}

/** The adapter cuts scripts at every `;`, even inside a function. Postgres takes a script whole, as `prisma migrate` sends it. */
function runningWholeScripts(factory: PrismaPg): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => void (await adapter.underlyingDriver().query(script));
    return adapter;
  };
  return factory;
}

/** Every migration this version ships, oldest first, in the form the engine takes. */
export async function shippedMigrations(): Promise<Bindings.MigrationList> {
  const baseDir = join(PRISMA, 'migrations');
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  const script = async (name: string) => ({
    path: name,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok' as const, value: await readFile(join(baseDir, name, 'migration.sql'), 'utf8') },
    },
  });
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.map(script)),
  };
}
