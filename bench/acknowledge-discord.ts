/** How long a person waits for Discord's acknowledgement: 200 commands in 10 s while the engine is busy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startApp } from '../test/e2e/app/app.ts';
import type { Asked } from '../test/e2e/discord/people.ts';
import { startStandIn } from '../test/e2e/discord/stand-in.ts';

export interface Acknowledgement {
  mode: string;
  commands: number;
  answered: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** p99 ÷ the 300 ms promised. */
  ofPromise: number;
}

const PROMISED_MS = 300;

/** From the click until Discord has the acknowledgement, as Discord sees it; refusals do not count as answers. */
export async function acknowledgeDiscord({ commands = 200, seconds = 10 } = {}): Promise<Acknowledgement> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
  const discord = await startStandIn();
  const app = await startApp({
    DATA_DIR: join(folder, 'data'),
    DISCORD_API_URL: discord.url,
    DISCORD_TOKEN: discord.token,
    LOG_LEVEL: 'warn',
  });
  try {
    const busy = discord.person('busy').slash('imagine', { prompt: 'a long one', steps: 150, count: 4 });
    await busy.until(({ content }) => /step \d+ of/.test(content), 'the engine at work', 120_000);
    const start = performance.now();
    const asked: Asked[] = [];
    for (let i = 0; i < commands; i++) {
      await sleep(Math.max(0, start + (i * seconds * 1000) / commands - performance.now()));
      asked.push(discord.person(`person${i}`).slash('imagine', { prompt: `apple ${i}`, steps: 20 }));
    }
    await discord
      .until(() => asked.every(({ interaction }) => interaction.callback), 'every command answered', 10_000)
      .catch(() => {});
    const times = asked
      .flatMap(({ interaction: { callback } }) => (callback?.type === 5 ? [callback.afterMs] : []))
      .sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? Number.NaN;
    const p99Ms = at(0.99);
    return {
      mode: 'discord',
      commands,
      answered: times.length,
      p50Ms: at(0.5),
      p99Ms,
      maxMs: at(1),
      ofPromise: Number((p99Ms / PROMISED_MS).toFixed(3)),
    };
  } finally {
    await app.stop();
    await discord.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = await acknowledgeDiscord();
  console.log(
    `Discord: ${figures.answered} of ${figures.commands} commands acknowledged; p99 ${figures.p99Ms} ms, ${figures.ofPromise} of the ${PROMISED_MS} ms promised.`,
  );
  console.log(JSON.stringify(figures));
}
