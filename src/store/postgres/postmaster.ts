/** The server at work on a data folder, as its postmaster.pid tells: ours, or an orphan of a program that was killed. */
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPostmasterOf, isThere } from './process.ts';

export async function readPostmaster(data: string): Promise<{ pid?: number; port?: number; ready: boolean }> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return { ...(pid > 0 && { pid }), ...(port > 0 && { port }), ready: lines[7]?.trim() === 'ready' };
}

/** Rolls back what is open, writes everything down and stops; harder if that takes too long. */
const STEPS: readonly [NodeJS.Signals, number][] = [
  ['SIGINT', 30_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 10_000],
];

/** Above any id the kernel gives out. */
const NOBODY = 999_999_999;

/** No server runs on `data` afterwards, and the pid file of a dead one does not stand in the way of the next. */
export async function endPostmaster(data: string): Promise<void> {
  const { pid } = await readPostmaster(data);
  if (pid === undefined) return;
  const folder = await realpath(data);
  const runs = () => isPostmasterOf(pid, folder);
  for (const [signal, patienceMs] of STEPS) {
    if (!(await runs())) break;
    try {
      process.kill(pid, signal);
    } catch {
      break; // ended in between
    }
    for (const until = Date.now() + patienceMs; Date.now() < until && (await runs()); ) await sleep(15);
  }
  if (!(await runs()) && isThere(pid)) await disown(data, pid);
}

/**
 * Postgres would take whatever process has this id now for a server, and refuse to start. The rest of the file stays:
 * by it the next server makes sure that no part of the dead one is still at work.
 */
async function disown(data: string, pid: number): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.startsWith(`${pid}\n`)) await writeFile(file, text.replace(String(pid), String(NOBODY)), { flag: 'r+' });
}
