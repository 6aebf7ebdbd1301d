/** Rough looks at a picture in the making: small JPEGs in the object store, gone when the job ends. */
import sharp from 'sharp';
import type { JobProgress } from '../core/job.ts';
import type { Logger } from '../core/log.ts';
import type { Picture, Progress } from '../core/picture.ts';
import type { ObjectStore } from '../core/records.ts';
import type { Safety } from '../core/safety.ts';
import type { Broker } from './broker.ts';
import { within } from './within.ts';

export interface ReporterDeps {
  broker: Pick<Broker, 'publish'>;
  objects: Pick<ObjectStore, 'put' | 'delete'>;
  safety: Pick<Safety, 'judgePicture'>;
  log: Logger;
}

type Word = Progress & Pick<JobProgress, 'finishing'>;

export interface Reporter {
  /** Tells everyone who listens; drops what comes faster than anyone could look at. */
  report(progress: Word): void;
  /** Waits a moment for what is under way and deletes the last preview. */
  end(): Promise<void>;
}

/** A connection cut in mid-word may never answer; the job's slot must not wait for it. */
const LAST_WORD_MS = 1_000;

export function createReporter(
  { broker, objects, safety, log }: ReporterDeps,
  { generationId, everyMs, previewEveryMs }: { generationId: string; everyMs: number; previewEveryMs: number },
): Reporter {
  let [told, previewed] = [0, 0];
  let busy: Promise<void> | undefined;
  const keys: string[] = [];
  /** Seen, not yet shown: it may come with a step that is not told. */
  let newest: Picture | undefined;
  let shown: JobProgress['preview'];
  /** That it is finishing, while something else is being told: no other word may follow soon. */
  let next: Word | undefined;

  async function tell({ step, total, finishing }: Word) {
    const look = Date.now() - previewed >= previewEveryMs ? newest : undefined;
    if (look) {
      previewed = Date.now();
      newest = undefined;
      shown = (await store(look)) ?? shown;
    }
    await broker.publish({
      kind: 'progress',
      progress: { generationId, step, total, ...(finishing && { finishing }), ...(shown && { preview: shown }) },
    });
    // The one before the last may still be on its way to somebody.
    for (const old of keys.splice(0, Math.max(0, keys.length - 2))) await objects.delete(old);
  }

  /** Undefined for what moderation would not show as it is. */
  async function store(picture: Picture): Promise<JobProgress['preview']> {
    if ((await safety.judgePicture(picture)).decision !== 'allow') return undefined;
    const { width, height, data } = picture;
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 75 })
      .toBuffer();
    const { key } = await objects.put(bytes, 'image/jpeg');
    if (!keys.includes(key)) keys.push(key);
    return { key, bytes: bytes.length, width, height };
  }

  function report(word: Word) {
    newest = word.preview ?? newest;
    if (busy) {
      if (word.finishing) next ??= word;
      return;
    }
    const now = Date.now();
    const turns = word.finishing ? word.step === 0 : word.step >= word.total;
    if (now - told < everyMs && !turns) return;
    told = now;
    busy = tell(word)
      .catch((err) => log.debug({ err }, 'progress not told'))
      .finally(() => {
        busy = undefined;
        const later = next;
        next = undefined;
        if (later) report(later);
      });
  }

  return {
    report,
    async end() {
      next = undefined;
      if (busy) await within(LAST_WORD_MS, busy);
      for (const key of keys) await objects.delete(key).catch((err) => log.debug({ err, key }, 'preview not deleted'));
    },
  };
}
