/** Plain stand-ins for what the queue is given: records and objects in memory, a safety and an engine that say what they are told. */
import { createHash, randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Platform } from '../../../src/core/address.ts';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { Generate, GenerateResult, Picture } from '../../../src/core/picture.ts';
import type { Plan } from '../../../src/core/recipe.ts';
import type { Claim, GenerationView, ObjectStore, Records, Status } from '../../../src/core/records.ts';
import type { Reply } from '../../../src/core/reply.ts';
import { Request } from '../../../src/core/request.ts';
import type { Safety } from '../../../src/core/safety.ts';
import type { Order, Sender } from '../../../src/core/studio.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import type { Signal } from '../../../src/queue/signal.ts';

export const silent = pino({ level: 'silent' });

export const aSender = (accountId = 'ada', platform: Platform = 'web'): Sender => ({
  platform,
  accountId,
  name: accountId,
});

export const aRequest = (typed: Partial<Record<string, unknown>> = {}) =>
  Request.parse({ kind: 'imagine', prompt: 'two red apples', ...typed });

export const anUpscale = (generationId: string, index = 0) =>
  Request.parse({ kind: 'upscale', source: { generationId, index } });

export const anOrder = (order: Partial<Order> = {}): Order => ({
  eventId: randomUUID(),
  sender: aSender(),
  request: aRequest(),
  address: { platform: 'web', session: 's1' },
  ...order,
});

export const aPlan = (request: Request = aRequest()): Plan => ({
  recipe: {
    v: 1,
    kind: 'imagine',
    model: { name: 'tiny', version: '1', sha256: '0'.repeat(64) },
    prompt: request.kind === 'imagine' ? request.prompt : '',
    negativePrompt: '',
    seed: (request.kind === 'imagine' && request.seed) || 0,
    count: request.kind === 'imagine' ? request.count : 1,
    steps: 4,
    sampler: 'euler',
    guidance: 5,
    width: 8,
    height: 8,
  },
  cost: 1,
  notes: [],
});

export const allow = (stage: Verdict['stage']): Verdict => ({
  stage,
  decision: 'allow',
  rule: 'none',
  detector: 'test',
});

export const allowing: Safety = {
  judgePrompt: () => allow('prompt'),
  judgePicture: async () => allow('picture'),
  mark: async (picture) => ({ picture, keyId: 'k', strength: 'normal' }),
  encode: async (picture, { altText }) => ({
    bytes: Buffer.concat([Buffer.from(altText), picture.data, Buffer.from(randomUUID())]),
    mime: 'image/png',
  }),
  readMark: async () => undefined,
};

/** A picture of one shade. */
export const aPicture = (shade = 1): Picture => ({ width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(shade) });

export const made = (count = 1): GenerateResult => ({
  images: Array.from({ length: count }, (_, i) => ({ picture: aPicture(i + 1), seed: i })),
  timings: { totalMs: 10, runMs: 9 },
  fingerprint: 'test',
});

export const generating =
  (act: (context: Parameters<Generate>[1]) => Promise<unknown> | unknown = () => {}): Generate =>
  async (_, context) => {
    await act(context);
    return made();
  };

/** Resolves never, rejects when told to stop: an engine in mid-step. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

export const memoryObjects = (): ObjectStore & { kept: Map<string, Uint8Array> } => {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      kept.set(sha256, bytes);
      return { key: sha256, sha256 };
    },
    async get(key) {
      const bytes = kept.get(key);
      if (!bytes) throw new AppError('not_found', 'gone');
      return bytes;
    },
    async delete(key) {
      kept.delete(key);
    },
  };
};

export const recordingBroker = () => {
  const queued: { id: string; priority: number }[] = [];
  const signals: Signal[] = [];
  const listeners = new Set<(signal: Signal) => void>();
  return {
    queued,
    signals,
    enqueue: async ({ generationId }: { generationId: string }, { priority }: { priority: number }) =>
      void queued.push({ id: generationId, priority }),
    has: async (id: string) => queued.some((job) => job.id === id),
    remove: async (id: string) => {
      const at = queued.findIndex((job) => job.id === id);
      if (at >= 0) queued.splice(at, 1);
    },
    publish: async (signal: Signal) => {
      signals.push(signal);
      for (const listener of listeners) listener(signal);
    },
    onSignal: (listener: (signal: Signal) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

export const aReply = (generation: GenerationView, state: Reply['state'] = 'done'): Reply => ({
  state,
  generationId: generation.id,
  headline: `${generation.status}`,
  lines: [],
  images: [],
  buttons: [],
  private: false,
});

export const present = {
  outcome: (generation: GenerationView) => aReply(generation),
  working: (generation: GenerationView, { step, total }: { step: number; total: number }): Reply => ({
    ...aReply(generation, 'working'),
    progress: { step, total },
  }),
};

/** Writes down what a person would see. */
export const recordingCourier = (deliver?: (attempt: number) => Promise<void> | void) => {
  const seen: { at: number; what: string; reply?: Reply }[] = [];
  const note = (what: string, reply?: Reply) => seen.push({ at: Date.now(), what, ...(reply && { reply }) });
  const courier: Courier<'web'> = {
    platform: 'web',
    async deliver(address, reply, attempt) {
      await deliver?.(attempt);
      note(`deliver ${reply.headline}`, reply);
      return { message: `m-${reply.generationId}`, address };
    },
    async progress(_, reply) {
      note(`progress ${reply.progress?.step}`, reply);
    },
    async remove() {
      note('remove');
    },
  };
  return { seen, courier, couriers: { web: courier } };
};

interface Row extends GenerationView {
  fence: number;
  leaseUntil: number;
  blamed: number;
  event: string;
  delivery?: { id: string; state: 'waiting' | 'due' | 'sent' | 'given_up'; at: number; attempt: number };
  progressAt: number;
  touched: number;
}

/** The promises of Records, kept in a Map. */
export const memoryRecords = () => {
  const rows = new Map<string, Row>();
  const refused: Verdict[] = [];
  const failedVerdicts: Verdict[] = [];
  const personOf = (sender: Sender) => `p-${sender.platform}-${sender.accountId}`;
  const final = (status: Status) => ['done', 'failed', 'cancelled'].includes(status);
  const row = (id: string) => rows.get(id)!;
  const holds = ({ generation, fence }: Claim) => {
    const r = row(generation.id);
    return r.fence === fence && r.status === 'running';
  };
  const end = (r: Row, status: Status) => {
    r.status = status;
    r.endedAt = new Date();
    r.delivery = { id: randomUUID(), state: 'due', at: 0, attempt: 0 };
  };
  const view = (r: Row): GenerationView => structuredClone(r);

  const records: Records = {
    async admit(order, plan, _verdicts) {
      const event = `${order.sender.platform}:${order.eventId}`;
      const before = [...rows.values()].find((r) => r.event === event);
      if (before) return { generation: view(before), duplicate: true };
      const personId = personOf(order.sender);
      const unfinished = [...rows.values()].filter((r) => r.personId === personId && !final(r.status)).length;
      const r: Row = {
        id: randomUUID(),
        status: 'received',
        request: order.request,
        recipe: plan.recipe,
        notes: plan.notes,
        personId,
        sender: order.sender,
        address: order.address,
        cost: plan.cost,
        turn: unfinished + 1,
        createdAt: new Date(),
        attempt: 0,
        images: [],
        cancelRequested: false,
        fence: 0,
        leaseUntil: 0,
        blamed: 0,
        event,
        progressAt: 0,
        touched: Date.now(),
      };
      rows.set(r.id, r);
      return { generation: view(r), duplicate: false };
    },
    async refuse(_, verdicts) {
      refused.push(...verdicts);
    },
    async acknowledge(id, address) {
      const r = row(id);
      r.address = address;
      if (r.status === 'received') r.status = 'queued';
    },
    async abandon(id) {
      row(id).status = 'cancelled';
    },
    async claim(id, leaseMs) {
      const r = rows.get(id);
      if (!r || !(r.status === 'queued' || (r.status === 'running' && r.leaseUntil < Date.now()))) return undefined;
      r.status = 'running';
      r.attempt++;
      r.fence++;
      r.leaseUntil = Date.now() + leaseMs;
      return { generation: view(r), fence: r.fence };
    },
    async extend(claim, leaseMs) {
      const held = holds(claim);
      if (held) row(claim.generation.id).leaseUntil = Date.now() + leaseMs;
      return { held, cancelRequested: row(claim.generation.id).cancelRequested };
    },
    async complete(claim, outcome) {
      if (!holds(claim)) return false;
      const r = row(claim.generation.id);
      r.images = outcome.images.map(({ verdict, watermark, ...image }) => ({ ...image, generationId: r.id }));
      end(r, 'done');
      return true;
    },
    async fail(claim, error, verdicts = []) {
      if (!holds(claim)) return false;
      const r = row(claim.generation.id);
      r.error = error;
      failedVerdicts.push(...verdicts);
      end(r, error.code === 'cancelled' ? 'cancelled' : 'failed');
      return true;
    },
    async release(claim, error) {
      if (!holds(claim)) return false;
      row(claim.generation.id).status = 'queued';
      if (!error) row(claim.generation.id).attempt--;
      return true;
    },
    blame: async ({ generation }) => ++row(generation.id).blamed,
    async cancel(id) {
      const r = row(id);
      if (r.status === 'running') r.cancelRequested = true;
      else if (!final(r.status)) end(r, 'cancelled');
      return r.status;
    },
    async remove(id) {
      const generation = view(row(id));
      rows.delete(id);
      return { generation, keys: generation.images.map(({ key }) => key) };
    },
    find: async (id) => (rows.has(id) ? view(row(id)) : undefined),
    findByMessage: async () => undefined,
    personOf: async (sender) => personOf(sender),
    history: async (personId, { limit }) =>
      [...rows.values()]
        .filter((r) => r.personId === personId)
        .slice(-limit)
        .reverse()
        .map(view),
    unfinished: async (personId) =>
      [...rows.values()].filter((r) => r.personId === personId && !final(r.status)).length,
    ahead: async (id) =>
      [...rows.values()].filter((r) => r.status === 'queued' && r.turn <= row(id).turn && r.id !== id).length,
    recentRates: async () => [],
    counts: async () => [],
    strays: async (olderThanMs) =>
      [...rows.values()]
        .filter(
          (r) =>
            (['received', 'queued'].includes(r.status) && r.touched <= Date.now() - olderThanMs) ||
            (r.status === 'running' && r.leaseUntil < Date.now()),
        )
        .map(({ id, turn, status }) => ({ id, turn, status })),
    async dueDeliveries(platforms, limit, leaseMs) {
      const due = [...rows.values()].filter(
        (r) => r.delivery?.state === 'due' && r.delivery.at <= Date.now() && platforms.includes(r.address.platform),
      );
      return due.slice(0, limit).map((r) => {
        r.delivery!.at = Date.now() + leaseMs;
        r.delivery!.attempt++;
        return { id: r.delivery!.id, generation: view(r), address: r.address, attempt: r.delivery!.attempt };
      });
    },
    async delivered(id) {
      for (const r of rows.values()) if (r.delivery?.id === id) r.delivery.state = 'sent';
    },
    async postpone(id, at) {
      for (const r of rows.values())
        if (r.delivery?.id === id) {
          if (at === 'never') r.delivery.state = 'given_up';
          else r.delivery.at = at.getTime();
        }
    },
    async takeProgressTurn(id, everyMs) {
      const r = row(id);
      if (Date.now() - r.progressAt < everyMs) return false;
      r.progressAt = Date.now();
      return true;
    },
    findByWatermark: async () => undefined,
  };
  /** Admitted and acknowledged: ready to be claimed. */
  const queued = async (order: Order = anOrder()) => {
    const { generation } = await records.admit(order, aPlan(order.request), []);
    await records.acknowledge(generation.id, order.address);
    return generation.id;
  };
  return { records, rows, refused, failedVerdicts, queued };
};
