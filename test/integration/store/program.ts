/** Starts app.ts as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Program {
  child: ChildProcess;
  /** What it said when it was ready or had failed. */
  said: { url?: string; description?: string; code?: string; message?: string };
  /** Ends it as asked; SIGTERM lets it close its store. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const APP = fileURLToPath(new URL('app.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

export async function startProgram(
  dataDir: string,
  { app = APP, ...as }: { app?: string; uid?: number; gid?: number } = {},
): Promise<Program> {
  const options = { ...as, stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'], cwd: '/' };
  const child = spawn(process.execPath, ['--import', TSX, app, dataDir], options);
  const [line] = await once(createInterface(child.stdout!), 'line');
  return {
    child,
    said: JSON.parse(line),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}
