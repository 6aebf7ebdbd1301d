/** models/EVAL.md: every measurement, newest last, with what it was measured on. */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Evaluation, Figure } from './evaluation.ts';

const HEAD = `# Measurements of the embedded models

Appended by \`npm run -s eval -- FOLDER\`, newest last. Definitions are in \`bench/metrics\`; proxies compare only with
figures in this file.
`;

export const written = ({ value, unit }: Pick<Figure, 'value' | 'unit'>): string =>
  unit === '' ? value.toFixed(4) : `${value.toFixed(DIGITS[unit])} ${unit}`;

const DIGITS = { '%': 1, dB: 2, ms: 0 };

export function entryOf(
  { figures, conditions }: Evaluation,
  about: { folder: string; version: string; sha256: string; fingerprint: string; date: string },
): string {
  const rows = figures.map(({ name, beside = {}, unit, n, ...figure }) => {
    const other = Object.entries(beside).map(([what, value]) => `${what} ${written({ value, unit })}`);
    return `| ${name} | ${written({ ...figure, unit })} | ${other.join(', ')} | ${n} |`;
  });
  return [
    '',
    `## ${about.folder}, ${about.date}`,
    '',
    `Version ${about.version}, weights ${about.sha256.slice(0, 16)}…, ${cpus()[0]?.model.trim() ?? 'unknown cpu'}; ${about.fingerprint}.`,
    `${conditions}.`,
    '',
    '| measure | value | beside | n |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

export function append(path: string, entry: string): void {
  if (!existsSync(path)) writeFileSync(path, HEAD);
  appendFileSync(path, entry);
}
