/** 2,000 mixed jobs, some cancelled, the engine killed every 100: nothing lost, nothing twice, no memory that grows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withScratchServer } from '../src/store/postgres/scratch.ts';
import { soak } from './load/soaking.ts';

const { values } = parseArgs({
  options: { jobs: { type: 'string' }, 'kill-every': { type: 'string' }, quick: { type: 'boolean' } },
});
const jobs = Number(values.jobs ?? (values.quick ? 60 : 2000));
const killEvery = Number(values['kill-every'] ?? (values.quick ? 20 : 100));
/** KiB per job: of what a process keeps of every job for ever, 2,000 of them must stay below a hundred megabytes. */
const PROMISED_GROWTH = 50;

const dir = mkdtempSync(join(tmpdir(), 'atelier-soak-'));
await withScratchServer(async (databaseUrl) => {
  const soaked = await soak({ databaseUrl, dir, jobs, killEvery, tell: (line) => console.log(line) });
  const grows = jobs >= 500 && soaked.growth.process > PROMISED_GROWTH;
  const ok = soaked.lost + soaked.failed.length + soaked.notShownOnce + soaked.wrongPictures === 0 && !grows;
  console.log(JSON.stringify({ bench: 'soak', ...soaked, ok }));
  if (!ok) process.exitCode = 1;
}).finally(() => rmSync(dir, { recursive: true, force: true }));
