/** The work itself: from a claim to recorded pictures, or to nothing at all. */
import { altTextOf, subjectOf } from '../core/alt-text.ts';
import type { Logger } from '../core/log.ts';
import type { Generate } from '../core/picture.ts';
import type { Claim, ObjectStore, Records } from '../core/records.ts';
import type { Safety } from '../core/safety.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Broker } from './broker.ts';
import { createKeeper } from './checkpoints.ts';
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
  /** And between two states that are written down. */
  checkpointMs: number;
}

/** Pictures made, judged, stored and recorded; whatever was stored in vain is deleted again. */
export async function make(
  deps: MakingDeps,
  { progressMs, previewMs, checkpointMs }: MakingOptions,
  claim: Claim,
  lease: Lease,
): Promise<{ completed: boolean } | { refused: Verdict[] }> {
  const { records, objects, generate, log } = deps;
  const { generation } = claim;
  const keys: string[] = [];
  const discard = () => Promise.all(keys.map((key) => objects.delete(key).catch(() => {})));
  const altText = async (index: number) =>
    altTextOf(await subjectOf(generation, ({ generationId }) => records.find(generationId), index));
  const reporter = createReporter(deps, {
    generationId: generation.id,
    everyMs: progressMs,
    previewEveryMs: previewMs,
  });
  const keeper = createKeeper(deps, claim, checkpointMs);
  try {
    lease.signal.throwIfAborted(); // it may have ended before anybody listened
    const result = await generate(generation.recipe, {
      log,
      signal: lease.signal,
      onProgress: reporter.report,
      load: (key) => objects.get(key),
      ...whose(claim),
      resume: claim.state,
      onCheckpoint: keeper.offer,
    });
    lease.signal.throwIfAborted();
    const onProgress = (step: number, total: number) => reporter.report({ step, total, finishing: true });
    const order = { generation, made: result.images, altText, onProgress };
    const developed = await develop(deps, order, lease.signal, (key) => keys.push(key));
    if ('refused' in developed) return developed;
    const outcome = { ...result, images: developed.images };
    const completed = await records.complete(claim, outcome).catch((caught) => {
      keys.length = 0; // it may have been written: its pictures must stay
      throw caught;
    });
    if (!completed) {
      await lease.check(); // cancelled in the last moment, or somebody else's by now
      lease.signal.throwIfAborted();
      await discard();
    }
    return { completed };
  } catch (caught) {
    if (lease.reason() !== 'lost' && lease.reason() !== 'cancelled') await keeper.flush(); // it may be tried again
    await discard();
    throw caught;
  } finally {
    await reporter.end();
  }
}

/** Among whom the engine is shared: spaces, and the people of each; a direct message is a space of its own. */
const whose = ({ weight, generation: { personId, light, sender } }: Claim) => ({
  person: personId,
  space: sender.space ? `${sender.platform}:${sender.space.id}` : personId,
  weight,
  light,
});
