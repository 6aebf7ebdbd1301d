/** Runs one of the database's programs to its end. */
import { spawn } from 'node:child_process';
import type { Owner } from './owner.ts';

/** Nothing of our environment: it holds tokens, and locale settings would leak into the database. */
export const PLAIN_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface Ran {
  ok: boolean;
  /** What it said, both streams. */
  said: string;
}

export function run(program: string, args: string[], owner: Owner, cwd = '/'): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...owner, cwd, env: PLAIN_ENV, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('error', (error) => resolve({ ok: false, said: error.message }));
    child.once('close', (status) => resolve({ ok: status === 0, said: said.trim() }));
  });
}

/** Whether `owner` may enter `folder`: asked by trying, so that access lists and mounts count too. */
export const mayEnter = async (folder: string, owner: Owner): Promise<boolean> =>
  owner.uid === undefined || (await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], owner)).ok;
