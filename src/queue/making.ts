/** The work itself: from a claim to recorded pictures, or to nothing at all. */
import { altTextOf, subjectOf } from '../core/alt-text.ts';
import type { Logger } from '../core/log.ts';
import type { Generate } from '../core/picture.ts';
import type { Claim, ObjectStore, Records } from '../core/records.ts';
import type { Safety } from '../core/safety.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Broker } from './broker.ts';
import { develop } from './development.ts';
import type { Lease } from './lease.ts';
import { createReporter } from './preview.ts';

export interface MakingDeps {
  records: Records;
  objects: ObjectStore;
  safety: Safety;
  generate: Generate;
  broker: Pick<Broker, 'publish'>;
  log: Logger;
}

export interface MakingOptions {
  /** At least this long between two words of progress, and between two previews; milliseconds. */
  progressMs: number;
  previewMs: number;
}

/** Pictures made, judged, stored and recorded; whatever was stored in vain is deleted again. */
export async function make(
  deps: MakingDeps,
  { progressMs, previewMs }: MakingOptions,
  claim: Claim,
  lease: Lease,
): Promise<{ completed: boolean } | { refused: Verdict[] }> {
  const { records, objects, generate, log } = deps;
  const { generation } = claim;
  const keys: string[] = [];
  const discard = () => Promise.all(keys.map((key) => objects.delete(key).catch(() => {})));
  const altText = altTextOf(await subjectOf(generation, ({ generationId }) => records.find(generationId)));
  const reporter = createReporter(deps, {
    generationId: generation.id,
    everyMs: progressMs,
    previewEveryMs: previewMs,
  });
  try {
    lease.signal.throwIfAborted(); // it may have ended before anybody listened
    const result = await generate(generation.recipe, {
      log,
      signal: lease.signal,
      onProgress: reporter.report,
      load: (key) => objects.get(key),
    });
    lease.signal.throwIfAborted();
    const developed = await develop(deps, { generation, made: result.images, altText }, lease.signal, (key) =>
      keys.push(key),
    );
    if ('refused' in developed) return developed;
    await lease.check(); // cancelled in the last second still counts
    lease.signal.throwIfAborted();
    const outcome = { ...result, images: developed.images };
    const completed = await records.complete(claim, outcome).catch((caught) => {
      keys.length = 0; // it may have been written: its pictures must stay
      throw caught;
    });
    if (!completed) await discard();
    return { completed };
  } catch (caught) {
    await discard();
    throw caught;
  } finally {
    await reporter.end();
  }
}
