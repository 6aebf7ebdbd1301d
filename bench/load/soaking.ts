/** Many mixed jobs with cancellations and an engine that is killed now and then: what is lost, done twice, or grows. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../src/core/log.ts';
import { mulberry32 } from '../../src/core/mulberry32.ts';
import type { Status } from '../../src/core/records.ts';
import type { RequestInput } from '../../src/core/request.ts';
import { round, slope } from './figures.ts';
import { openBenchStudio } from './studio.ts';

interface Soak {
  databaseUrl: string;
  dir: string;
  jobs: number;
  /** Finished jobs between two kills of the engine. */
  killEvery: number;
  seed?: number;
  tell?: (line: string) => void;
  /** Default: errors, of which a killed engine makes some. */
  log?: Logger;
}

export interface Soaked {
  asked: number;
  ended: Partial<Record<Status, number>>;
  kinds: Record<string, number>;
  kills: number;
  /** Jobs that were begun more than once, and went on from a checkpoint. */
  resumed: number;
  /** Never ended; hidden by moderation; ended otherwise; shown not exactly once; with other pictures than asked for. */
  lost: number;
  refused: number;
  failed: string[];
  notShownOnce: number;
  wrongPictures: number;
  /** KiB per job, in the second half: of this process, and of the engine between two kills. */
  growth: { process: number; engine: number | null };
  seconds: number;
}

const PEOPLE = 12;
const OUTSTANDING = { most: 24, share: 1 / 5 };
const PATIENCE_MS = 300_000;

export async function soak({
  databaseUrl,
  dir,
  jobs,
  killEvery,
  seed = 7,
  tell = () => {},
  log,
}: Soak): Promise<Soaked> {
  const random = mulberry32(seed);
  const studio = await openBenchStudio({ databaseUrl, dir, ...(log && { log }) });
  const { store, queue, engine } = studio;
  const { records } = store;
  const began = performance.now();
  let resumed = 0;
  const claimNext = records.claimNext;
  records.claimNext = async (...args) => {
    const claim = await claimNext(...args);
    if (claim && 'state' in claim) resumed++;
    return claim;
  };

  const asked: { id: string; kind: string; person: string; pictures: number; cancelled: boolean }[] = [];
  const finished = async () => (await records.counts()).reduce((left, { count }) => left - count, asked.length);
  const done: { id: string; person: string }[] = []; // pictures to go on from
  const sizes: { process: [number, number][]; engine: [number, number][][] } = { process: [], engine: [[]] };
  let [kills, ended] = [0, 0];

  function next(): { person: string; request: RequestInput; pictures: number } {
    const dice = random();
    const last = done[Math.floor(random() * done.length)];
    const brush = studio.brushes[Math.floor(random() * studio.brushes.length)];
    const source = last && { generationId: last.id, index: 0 };
    if (source && dice < 0.1) return { person: last.person, request: { kind: 'upscale', source }, pictures: 1 };
    if (source && brush && dice < 0.3)
      return { person: last.person, request: { kind: 'stylize', source, brush }, pictures: 1 };
    const person = `p${Math.floor(random() ** 2 * PEOPLE)}`; // some ask for much more than others
    const count = random() < 0.2 ? 2 : 1;
    const steps = random() < 0.1 ? 20 : 1 + Math.floor(random() * 4);
    const words = { prompt: 'two red apples on a blue background', seed: Math.floor(random() * 1e6) };
    return { person, request: { kind: 'imagine', ...words, steps, count }, pictures: count };
  }

  async function look(): Promise<void> {
    ended = await finished();
    sizes.process.push([ended, process.memoryUsage().rss / 1024]);
    const bytes = await engine.memory();
    if (bytes > 0) sizes.engine.at(-1)!.push([ended, bytes / 1024]);
    if (ended < (kills + 1) * killEvery) return;
    const { pid } = engine.describe().devices[0]!;
    if (!pid) return; // it is just coming up again
    process.kill(pid, 'SIGKILL');
    kills++;
    sizes.engine.push([]);
    tell(`${ended} ended, engine killed (${kills})`);
  }

  const growing: Promise<unknown>[] = [];
  for (let i = 0; i < jobs; i++) {
    const { person, request, pictures } = next();
    const { generationId: id } = await studio.ask(person, request);
    const job = { id, kind: request.kind, person, pictures, cancelled: false };
    asked.push(job);
    if (random() < 0.08)
      growing.push(
        sleep(random() * 1_500)
          .then(() => queue.studio.cancel({ platform: 'web', accountId: person, name: person }, id))
          .then(
            () => {
              job.cancelled = true;
            },
            () => {}, // it had ended
          ),
      );
    while (asked.length - ended >= Math.min(OUTSTANDING.most, jobs * OUTSTANDING.share)) {
      await sleep(50);
      await look();
    }
    if (i % 3 === 2) {
      await look();
      const earlier = asked[Math.floor(random() * asked.length)]!;
      if ((await records.find(earlier.id))?.status === 'done' && earlier.kind === 'imagine') done.push(earlier);
    }
  }
  await Promise.all(growing);
  for (const until = Date.now() + PATIENCE_MS; ended < jobs && Date.now() < until; ) {
    await sleep(100);
    await look();
  }
  for (const until = Date.now() + 30_000; studio.shown.size < ended && Date.now() < until; ) await sleep(100);
  await sleep(1_000); // for what may be shown twice

  const report: Soaked = {
    ...{ asked: asked.length, ended: {}, kinds: {}, kills, resumed, lost: 0, refused: 0, failed: [], notShownOnce: 0 },
    ...{ wrongPictures: 0, growth: growthOf(sizes), seconds: 0 },
  };
  for (const { id, kind, pictures, cancelled } of asked) {
    const { status, images, error } = (await records.find(id))!;
    report.kinds[kind] = (report.kinds[kind] ?? 0) + 1;
    report.ended[status] = (report.ended[status] ?? 0) + 1;
    if (!['done', 'failed', 'cancelled'].includes(status)) report.lost++;
    if (error?.code === 'picture_refused')
      report.refused++; // moderation saw something in a picture of one step
    else if (status === 'failed' || (status === 'cancelled' && !cancelled))
      report.failed.push(`${kind}: ${error?.code}`);
    if (studio.shown.get(id) !== 1) report.notShownOnce++;
    if (status === 'done' && images.length !== pictures) report.wrongPictures++;
  }
  await studio.close();
  report.seconds = round((performance.now() - began) / 1000);
  return report;
}

function growthOf({ process, engine }: { process: [number, number][]; engine: [number, number][][] }) {
  const half = process.slice(process.length >> 1);
  // An engine opens its models first.
  const lives = engine.map((life) => life.slice(life.length >> 1)).filter((life) => life.length >= 8);
  return {
    process: round(slope(half)),
    engine: lives.length > 0 ? round(lives.reduce((sum, life) => sum + slope(life), 0) / lives.length) : null,
  };
}
