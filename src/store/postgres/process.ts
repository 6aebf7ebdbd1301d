/** Is a process still the one we mean? Process ids are reused, and the dead may linger as zombies. */
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { run } from './run.ts';

/** Something that differs between two processes that had the same id one after the other; undefined when it is not running. */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return isThere(pid) ? 'unknown' : undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold spaces
  const [state, started] = [fields[0], fields[19]];
  return started && state !== 'Z' && state !== 'X' ? started : undefined;
}

/** Which machine, and which container on it, process ids of ours mean something in. */
export async function machineId(hostname: string): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname);
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${namespace}`;
}

/** Whether `pid` is a Postgres server at work on this data folder. */
export async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { ok, said } = await run('ps', ['-o', 'command=', '-p', String(pid)], {});
    return ok && said.includes('postgres') && said.includes(data);
  }
  const [program, folder] = await Promise.all([
    readlink(`/proc/${pid}/exe`).catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  return basename(program).startsWith('postgres') && folder === data; // `postgres (deleted)` after an upgrade
}

/** Zombies and strangers count. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
