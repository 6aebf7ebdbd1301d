// `npm run -s parity -- --refs FILE | --randn FILE | --clip FILE`: our numbers against the field's, one line each.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { clipLines } from './parity/clip.ts';
import { type Line, report } from './parity/line.ts';
import { randnLines } from './parity/randn.ts';
import { schedulerLines } from './parity/schedulers.ts';

const KINDS: Record<string, (file: unknown) => Promise<Line[]>> = {
  refs: schedulerLines,
  randn: randnLines,
  clip: clipLines,
};

const { values } = parseArgs({
  options: Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { type: 'string', multiple: true } as const])),
});
const asked = Object.entries(KINDS).flatMap(([kind, lines]) =>
  ((values[kind] ?? []) as string[]).map((file) => ({ file, lines })),
);
if (asked.length === 0) {
  process.stderr.write('Which file? npm run -s parity -- --refs FILE | --randn FILE | --clip FILE\n');
  process.exit(2);
}
let well = true;
for (const { file, lines } of asked) {
  const found = await lines(JSON.parse(await readFile(file, 'utf8')));
  well = report(found, (text) => process.stdout.write(text)) && well;
}
process.exit(well ? 0 : 1);
