/** How long a person waits for Slack's acknowledgement, in both modes: 200 commands in 10 s while the engine is busy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startApp } from '../test/e2e/app/app.ts';
import { eventually } from '../test/e2e/slack/eventually.ts';
import { type Mode, startSlackStandIn } from '../test/e2e/slack/stand-in/slack.ts';

export interface Acknowledgement {
  mode: string;
  commands: number;
  answered: number;
  /** Placeholders seen by the end. */
  shown: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** p99 ÷ the 300 ms promised. */
  ofPromise: number;
}

const PROMISED_MS = 300;

/** From the command's leaving Slack until Slack has the acknowledgement. */
export async function acknowledgeSlack(mode: Mode, { commands = 200, seconds = 10 } = {}): Promise<Acknowledgement> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
  const slack = await startSlackStandIn(mode);
  const { botToken, appToken, signingSecret } = slack.workspace;
  const port = await freePort();
  slack.setAppPort(port);
  const app = await startApp({
    DATA_DIR: join(folder, 'data'),
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: botToken,
    ...(mode === 'socket'
      ? { SLACK_APP_TOKEN: appToken }
      : { SLACK_SIGNING_SECRET: signingSecret, SLACK_HTTP_PORT: String(port) }),
    LOG_LEVEL: 'warn',
  });
  const shown = () => slack.workspace.visible(slack.general.id);
  try {
    await slack.join('busy').slash(slack.general, 'a long one --steps 150 --count 4');
    await eventually(() => shown().find(({ text }) => /step \d+ of/.test(text)), 'the engine at work', 120_000);
    const start = performance.now();
    const under: Promise<{ acked: boolean; ms: number }>[] = [];
    for (let i = 0; i < commands; i++) {
      await sleep(Math.max(0, start + (i * seconds * 1000) / commands - performance.now()));
      under.push(slack.join(`person${i}`).slash(slack.general, `apple ${i} --steps 20`));
    }
    const answers = (await Promise.all(under)).filter(({ acked }) => acked);
    await eventually(() => shown().length === commands + 1, 'every placeholder', 30_000).catch(() => {});
    const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) =>
      Number((times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? Number.NaN).toFixed(1));
    return {
      mode: `slack-${mode}`,
      commands,
      answered: times.length,
      shown: shown().length - 1,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      ofPromise: Number((at(0.99) / PROMISED_MS).toFixed(3)),
    };
  } finally {
    await app.stop();
    await slack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures: Acknowledgement[] = [];
  for (const mode of ['socket', 'http'] as const) {
    const figure = await acknowledgeSlack(mode);
    console.log(
      `${figure.mode}: ${figure.answered} of ${figure.commands} commands acknowledged, ${figure.shown} placeholders; p99 ${figure.p99Ms} ms, ${figure.ofPromise} of the ${PROMISED_MS} ms promised.`,
    );
    figures.push(figure);
  }
  console.log(JSON.stringify(figures));
}
