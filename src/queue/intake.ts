/** An order's way in: gates, one record, the answer to the person, and only then the queue. */

import type { FairWeights } from '../core/config.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Plan, Sources } from '../core/recipe.ts';
import type { GenerationView, Lanes, Records } from '../core/records.ts';
import type { Request } from '../core/request.ts';
import type { Circumstances, Safety } from '../core/safety.ts';
import type { Order, Sender, Standing, Studio } from '../core/studio.ts';
import type { Broker } from './broker.ts';
import { fromHandedIn } from './descent.ts';
import { ONE_LANE, PLAYED, standings } from './eta.ts';
import { insist } from './insist.ts';
import { findSources } from './sources.ts';
import { createTurnstile } from './turnstile.ts';
import { weightOf } from './weights.ts';

/** Makes every choice a Request leaves open. `sources` knows the pictures that it names. Throws AppError. */
export type PlanRequest = (request: Request, sources: Sources) => Plan | Promise<Plan>;

interface StandingDeps {
  records: Pick<Records, 'line'>;
  /** What can be done side by side, as far as known here: until a worker has said so in the records. */
  lanes?: () => Lanes;
}

export interface IntakeDeps extends StandingDeps {
  records: Records;
  broker: Pick<Broker, 'enqueue'>;
  safety: Pick<Safety, 'judgePrompt'>;
  plan: PlanRequest;
  limits: { jobsPerPerson: number };
  /** Shares in the queue. Default: everybody the same. */
  weights?: FairWeights | undefined;
  log: Logger;
}

/** How many recently answered events are remembered, so that a repetition of a refused one is not refused aloud again. */
const REMEMBERED = 10_000;

export function createIntake(deps: IntakeDeps): Studio['submit'] {
  const { records, safety, log } = deps;
  const turnstile = createTurnstile();
  const answered = new Set<string>();
  const remember = (event: string) => {
    answered.add(event);
    if (answered.size > REMEMBERED) answered.delete(answered.values().next().value!);
  };

  /** Everything up to the record. Undefined for a repeated event. */
  async function admit(order: Order): Promise<{ generation: GenerationView; notes: string[] } | undefined> {
    const event = `${order.sender.platform}:${order.eventId}`;
    if (answered.has(event)) return undefined;
    const { request } = order;
    const handedIn = await fromHandedIn(records, request);
    const judge = async (words?: Circumstances['words']) => {
      const verdict = safety.judgePrompt(request, { handedIn, ...(words && { words }) });
      if (verdict.decision !== 'refuse') return verdict;
      await records.refuse(order, [verdict]);
      remember(event);
      throw new AppError('prompt_refused', verdict.reason ?? 'This server does not make pictures of that.', {
        detail: { rule: verdict.rule },
      });
    };
    const verdict = await judge();
    const sources = await findSources(deps, order);
    const plan = await deps.plan(request, sources);
    for (const reading of plan.readings ?? []) await judge(reading);
    await refuseTooMany(deps, order.sender).catch((refusal) => {
      remember(event);
      throw refusal;
    });
    const weight = deps.weights ? weightOf(deps.weights, order.sender) : 1;
    const { generation, duplicate } = await records.admit(order, plan, [verdict], weight);
    remember(event);
    return duplicate ? undefined : { generation, notes: plan.notes };
  }

  return async (order, acknowledge) => {
    // One at a time per person: a thousand commands at once must all see each other's count.
    const admitted = await turnstile.pass(`${order.sender.platform}:${order.sender.accountId}`, () => admit(order));
    if (!admitted) return undefined;
    const { generation, notes } = admitted;
    const generationId = generation.id;
    try {
      const stands = await standing(deps, generationId);
      const receipt = { generationId, ...stands, notes };
      const address = await acknowledge(receipt);
      await insist(() => records.acknowledge(generationId, address, stands)).catch((caught) =>
        // The person has seen it accepted; the reconciler queues what stays `received`.
        log.error({ err: toAppError(caught), generationId }, 'acknowledgement not recorded'),
      );
      await call(deps, generation).catch((err) =>
        log.warn({ err, generationId }, 'queue did not take the job; the reconciler will add it'),
      );
      return receipt;
    } catch (caught) {
      await records
        .abandon(generationId)
        .catch((err) => log.error({ err, generationId }, 'could not abandon an unacknowledged job'));
      throw caught;
    }
  };
}

/** One lane of every kind that may do it. */
async function call({ broker }: Pick<IntakeDeps, 'broker'>, { id: generationId, light }: GenerationView) {
  await broker.enqueue({ v: 1, generationId });
  if (light) await broker.enqueue({ v: 1, generationId }, 'light');
}

/** Place in the queue, and how long that will take: of a new order before it is acknowledged, or of any later. */
export async function standing(deps: StandingDeps, generationId: string): Promise<Standing> {
  return (await standingOf(deps, [generationId])).get(generationId) ?? { ahead: 0 };
}

/** The same of several at once. */
export async function standingOf(
  { records, lanes = () => ONE_LANE }: StandingDeps,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const line = await records.line({ first: PLAYED, with: ids });
  return standings(line, line.lanes ?? lanes());
}

async function refuseTooMany({ records, limits }: IntakeDeps, sender: Sender) {
  const personId = await records.personOf(sender);
  const jobs = personId ? await records.unfinished(personId) : 0;
  if (jobs >= limits.jobsPerPerson)
    throw new AppError(
      'too_many',
      `You already have ${jobs} ${jobs === 1 ? 'job' : 'jobs'} waiting or running, the most one person may have here. Try again when one has finished, or cancel one.`,
    );
}
