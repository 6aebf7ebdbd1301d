/** An order's way in: gates, one record, the answer to the person, and only then the queue. */
import { AppError, toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Plan } from '../core/recipe.ts';
import type { GenerationView, ImageView, Records } from '../core/records.ts';
import type { Request } from '../core/request.ts';
import type { Safety } from '../core/safety.ts';
import type { Order, Receipt, Sender, Studio } from '../core/studio.ts';
import type { Broker } from './broker.ts';
import { etaSeconds } from './eta.ts';
import { insist } from './insist.ts';
import { createTurnstile } from './turnstile.ts';

/** Makes every choice a Request leaves open. `source` is the picture an upscale enlarges. Throws AppError. */
export type PlanRequest = (request: Request, source?: ImageView) => Plan | Promise<Plan>;

export interface IntakeDeps {
  records: Records;
  broker: Pick<Broker, 'enqueue'>;
  safety: Pick<Safety, 'judgePrompt'>;
  plan: PlanRequest;
  limits: { jobsPerPerson: number };
  log: Logger;
  /** How many jobs run side by side, as far as known here. */
  lanes?: () => number;
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
    const verdict = safety.judgePrompt(order.request);
    if (verdict.decision === 'refuse') {
      await records.refuse(order, [verdict]);
      remember(event);
      throw new AppError('prompt_refused', verdict.reason ?? 'This server does not make pictures of that.', {
        detail: { rule: verdict.rule },
      });
    }
    const source = await sourceOf(deps, order);
    const plan = await deps.plan(order.request, source);
    await refuseTooMany(deps, order.sender).catch((refusal) => {
      remember(event);
      throw refusal;
    });
    const { generation, duplicate } = await records.admit(order, plan, [verdict]);
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
      const receipt = { generationId, ...(await standing(deps, generation)), notes };
      const address = await acknowledge(receipt);
      await insist(() => records.acknowledge(generationId, address)).catch((caught) =>
        // The person has seen it accepted; the reconciler queues what stays `received`.
        log.error({ err: toAppError(caught), generationId }, 'acknowledgement not recorded'),
      );
      await deps.broker
        .enqueue({ v: 1, generationId }, { priority: generation.turn })
        .catch((err) => log.warn({ err, generationId }, 'queue did not take the job; the reconciler will add it'));
      return receipt;
    } catch (caught) {
      await records
        .abandon(generationId)
        .catch((err) => log.error({ err, generationId }, 'could not abandon an unacknowledged job'));
      throw caught;
    }
  };
}

/** Its place in the queue, and how long that will take. */
async function standing(
  { records, lanes = () => 1 }: IntakeDeps,
  { id, cost, request }: GenerationView,
): Promise<Pick<Receipt, 'ahead' | 'etaSeconds'>> {
  const [ahead, rates] = await Promise.all([records.ahead(id), records.recentRates(request.kind, 20)]);
  const eta = etaSeconds({ rates, cost, ahead, lanes: lanes() });
  return { ahead, ...(eta !== undefined && { etaSeconds: eta }) };
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

/** What the order is made from must still exist, and be something its person may see. */
async function sourceOf({ records }: IntakeDeps, { request, parentId, sender }: Order): Promise<ImageView | undefined> {
  const parents = new Set([parentId, request.kind === 'upscale' ? request.source.generationId : undefined]);
  const found = new Map<string, GenerationView>();
  for (const id of parents) {
    if (!id) continue;
    const parent = await records.find(id);
    if (!parent) throw new AppError('not_found', 'The picture this would be made from is no longer here.');
    if (!(await maySee(records, sender, parent)))
      throw new AppError('not_yours', 'That picture belongs to somebody else.');
    found.set(id, parent);
  }
  if (request.kind !== 'upscale') return undefined;
  const { generationId, index } = request.source;
  const image = found.get(generationId)!.images.find((image) => image.index === index);
  if (!image) throw new AppError('not_found', 'There is no such picture to enlarge.');
  return image;
}

/** One's own, or shown openly in the same guild or workspace. */
async function maySee(records: Records, sender: Sender, { personId, request, sender: from }: GenerationView) {
  if ((await records.personOf(sender)) === personId) return true;
  return !request.private && from.platform === sender.platform && from.space?.id === sender.space?.id;
}
