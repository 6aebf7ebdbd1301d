/** The real program as a real process: started, listened to, stopped, killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Run {
  child: ChildProcess;
  /** Everything it printed so far, both streams. */
  printed(): string;
  /** The exit code, once it has ended. */
  ended: Promise<number | null>;
}

export interface App extends Run {
  /** Where the chat page is. */
  url: string;
  /** SIGTERM, and wait. */
  stop(): Promise<number | null>;
  /** SIGKILL, and wait. */
  kill(): Promise<void>;
}

type Environment = Record<string, string>;

/** Runs a built process (`npm test` builds first) with nothing of this shell's settings but PATH and HOME. */
export function run(name: string, args: string[] = [], env: Environment = {}, cwd = root): Run {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [`${root}dist/main/${name}.js`, ...args], {
    cwd,
    env: { PATH, HOME, MODELS_DIR: `${root}models`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return { child, printed: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** A long-running process, `npm start` unless named, with its own data folder; resolves when its address answers. */
export async function startApp(env: Environment & { DATA_DIR: string }, name = 'start'): Promise<App> {
  const app = run(name, [], { WEB_PORT: '0', LOG_FORMAT: 'json', ...env });
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setInterval(() => {
      const found = /(?:Chat page|Health and metrics): ([^\s"]+)/.exec(app.printed())?.[1];
      if (found) {
        clearInterval(timer);
        resolve(found);
      }
    }, 50);
    void app.ended.then((code) => {
      clearInterval(timer);
      reject(new Error(`The app ended with ${code} before it was ready:\n${app.printed().slice(-4000)}`));
    });
  });
  return {
    ...app,
    url,
    stop: async () => {
      app.child.kill('SIGTERM');
      return app.ended;
    },
    kill: async () => {
      app.child.kill('SIGKILL');
      await app.ended;
    },
  };
}
