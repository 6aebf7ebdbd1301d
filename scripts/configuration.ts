/** Writes docs/configuration.md and .env.example from the environment's schema. `--check` only says whether they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Env } from '../src/core/config.ts';

interface Setting {
  name: string;
  description: string;
  type: string;
  fallback: string | undefined;
}

function settings(): Setting[] {
  const schema = z.toJSONSchema(Env, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { description?: string; default?: unknown; type?: string; enum?: string[] }>;
  };
  return Object.entries(schema.properties).map(
    ([name, { description = '', default: fallback, enum: values, type }]) => ({
      name,
      description,
      type: values ? values.map((value) => `\`${value}\``).join(', ') : (type ?? 'number'),
      fallback: fallback === undefined ? undefined : String(fallback),
    }),
  );
}

const table = (): string =>
  [
    '# Configuration',
    '',
    'Everything is set by environment variables; nothing is required. An empty value counts as absent. A file `.env` in the',
    'working folder is read at start. This page is generated from the schema: `npm run docs:config`.',
    '',
    '| variable | default | what it does |',
    '|---|---|---|',
    ...settings().map(
      ({ name, fallback, description }) =>
        `| \`${name}\` | ${fallback ? `\`${fallback}\`` : '—'} | ${description.replaceAll('|', '\\|')} |`,
    ),
    '',
  ].join('\n');

const example = (): string =>
  `# Copy to .env and uncomment what you need. Every setting: docs/configuration.md\n\n${settings()
    .map(({ name, fallback, description }) => `# ${description}\n#${name}=${fallback ?? ''}\n`)
    .join('\n')}`;

/** Path → content of everything generated from the schema. */
export const generated = (): Record<string, string> => ({
  'docs/configuration.md': table(),
  '.env.example': example(),
});

if (process.argv[1]?.endsWith('configuration.ts')) {
  for (const [path, content] of Object.entries(generated())) {
    const file = new URL(`../${path}`, import.meta.url);
    if (!process.argv.includes('--check')) writeFileSync(file, content);
    else if (readFileSync(file, 'utf8') !== content) throw new Error(`${path} is stale: npm run docs:config`);
  }
}
