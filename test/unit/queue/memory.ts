/** Plain stand-ins for what the queue is given: records and objects in memory, a safety and an engine that say what they are told. */
import { createHash, randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Platform } from '../../../src/core/address.ts';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { Generate, GenerateResult, Picture } from '../../../src/core/picture.ts';
import type { Plan } from '../../../src/core/recipe.ts';
import type {
  Claim,
  GenerationView,
  ObjectStore,
  Records,
  Status,
  Worker as WorkerFacts,
} from '../../../src/core/records.ts';
import type { Reply } from '../../../src/core/reply.ts';
import { type KeptPicture, Request } from '../../../src/core/request.ts';
import type { Safety } from '../../../src/core/safety.ts';
import type { Order, Receipt, Sender, Standing } from '../../../src/core/studio.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import type { Signal } from '../../../src/queue/signal.ts';
import { fairOrder } from './fair-order.ts';

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
  encode: async (shown, { altText }) => ({
    bytes: Buffer.concat([
      Buffer.from(altText),
      ...('frames' in shown ? shown.frames : [shown]).map(({ data }) => data),
      Buffer.from(randomUUID()),
    ]),
    mime: 'frames' in shown ? 'image/webp' : 'image/png',
  }),
  readMark: async () => undefined,
  cleanse: async (bytes) => ({ bytes, mime: 'image/png', width: 8, height: 8, samples: [aPicture()] }),
  judgeUpload: async () => allow('upload'),
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
  const queued: string[] = [];
  const light: string[] = [];
  const signals: Signal[] = [];
  const listeners = new Set<(signal: Signal) => void>();
  return {
    queued,
    light,
    signals,
    enqueue: async ({ generationId }: { generationId: string }, lane: 'any' | 'light' = 'any') =>
      void (lane === 'any' ? queued : light).push(generationId),
    depth: async (lane: 'any' | 'light' = 'any') => (lane === 'any' ? queued : light).length,
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

const aNotice = (state: Reply['state'], headline: string): Reply => ({
  ...{ state, headline, lines: [], images: [], buttons: [], private: false },
});

export const aReply = (generation: GenerationView, state: Reply['state'] = 'done'): Reply => ({
  ...aNotice(state, `${generation.status}`),
  generationId: generation.id,
});

export const present = {
  waiting: (_: Request, { generationId, ahead }: Receipt): Reply => ({
    ...aNotice('waiting', `${ahead} before it`),
    generationId,
  }),
  unreadable: (generationId: string): Reply => ({ ...aNotice('failed', 'unreadable'), generationId }),
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
      note(reply.state === 'waiting' ? `waiting ${reply.headline}` : `progress ${reply.progress?.step}`, reply);
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
  estimateMs: number;
  weight: number;
  readyAt: number;
  shown?: Standing | undefined;
  state?: Uint8Array | undefined;
}

/** Milliseconds that a unit of cost takes in these records. */
export const RATE = 1000;

/** The promises of Records, kept in a Map. `now`: a clock that tests may turn. */
export const memoryRecords = ({ now = Date.now, rate = RATE }: { now?: () => number; rate?: number } = {}) => {
  const rows = new Map<string, Row>();
  const served = new Map<string, number>();
  const advertised = new Map<string, WorkerFacts>();
  let clock = 0;
  const of = (r: Row) => served.get(r.personId) ?? 0;
  const charge = (r: Row, ms: number) => void served.set(r.personId, of(r) + ms / r.weight);
  const enter = (r: Row) => {
    const all = [...rows.values()];
    if (!all.some(({ status }) => status === 'queued' || status === 'running'))
      clock = Math.max(clock, ...served.values());
    if (!all.some(({ status, personId }) => status === 'queued' && personId === r.personId))
      served.set(r.personId, Math.max(of(r), clock));
    r.status = 'queued';
  };
  const inLine = () => [...rows.values()].filter(({ status }) => status === 'queued');
  const refused: Verdict[] = [];
  const handedIn = new Map<string, KeptPicture>();
  const channels = new Map<string, string>();
  const failedVerdicts: Verdict[] = [];
  const personOf = (sender: Sender) => `p-${sender.platform}-${sender.accountId}`;
  const final = (status: Status) => ['done', 'failed', 'cancelled'].includes(status);
  const row = (id: string) => rows.get(id)!;
  const holds = ({ generation, fence }: Claim) => {
    const r = row(generation.id);
    return r.fence === fence && r.status === 'running';
  };
  const end = (r: Row, status: Status) => {
    if (r.status === 'running') charge(r, now() - r.startedAt!.getTime() - r.estimateMs);
    r.status = status;
    r.state = undefined;
    r.endedAt = new Date(now());
    r.delivery = { id: randomUUID(), state: 'due', at: 0, attempt: 0 };
  };
  const view = (r: Row): GenerationView => structuredClone(r);

  const records: Records = {
    async admit(order, plan, _verdicts, weight = 1) {
      const event = `${order.sender.platform}:${order.eventId}`;
      const before = [...rows.values()].find((r) => r.event === event);
      if (before) return { generation: view(before), duplicate: true };
      const personId = personOf(order.sender);
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
        light: plan.light ?? false,
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
        estimateMs: plan.cost * rate,
        weight,
        readyAt: 0,
      };
      rows.set(r.id, r);
      return { generation: view(r), duplicate: false };
    },
    async refuse(_, verdicts) {
      refused.push(...verdicts);
    },
    async acknowledge(id, address, said) {
      const r = row(id);
      r.address = address;
      r.shown = said;
      if (r.status === 'received') enter(r);
    },
    async abandon(id) {
      row(id).status = 'cancelled';
    },
    async claimNext(leaseMs, { lightOnly = false } = { models: [] }) {
      const suits = ({ light }: Row) => !lightOnly || light === true;
      const dead = [...rows.values()].find((r) => r.status === 'running' && r.leaseUntil < now() && suits(r));
      const ready = inLine().filter(({ readyAt }) => readyAt <= now());
      const r =
        dead ??
        ready.filter(suits).reduce<Row | undefined>((best, r) => (best && of(best) <= of(r) ? best : r), undefined);
      if (!r) return inLine().some(suits) ? { againInMs: 50 } : undefined;
      if (!dead) {
        clock = Math.max(clock, Math.min(...ready.map(of)));
        charge(r, r.estimateMs);
      }
      r.status = 'running';
      r.startedAt = new Date(now());
      r.attempt++;
      r.fence++;
      r.leaseUntil = now() + leaseMs;
      return {
        generation: view(r),
        fence: r.fence,
        blame: r.blamed,
        weight: r.weight,
        ...(r.state && { state: r.state }),
      };
    },
    async keep(claim, state) {
      if (holds(claim)) row(claim.generation.id).state = state;
    },
    async extend(claim, leaseMs) {
      const held = holds(claim);
      if (held) row(claim.generation.id).leaseUntil = now() + leaseMs;
      return { held, cancelRequested: row(claim.generation.id).cancelRequested };
    },
    async complete(claim, outcome) {
      if (!holds(claim) || row(claim.generation.id).cancelRequested) return false;
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
    async release(claim, error, afterMs = 0) {
      if (!holds(claim)) return false;
      const r = row(claim.generation.id);
      charge(r, -r.estimateMs);
      r.status = 'queued';
      r.readyAt = now() + afterMs;
      if (!error) r.attempt--;
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
      const { address, images } = row(id);
      rows.delete(id);
      return { address, keys: images.map(({ key }) => key) };
    },
    outline: async (id) => rows.get(id),
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
    open: async (personId) => [...rows.values()].filter((r) => r.personId === personId && !final(r.status)).map(view),
    counts: async () => [],
    waiting: async () => inLine().length,
    async line({ first, with: some = [] }) {
      const plain = ({ id, request, recipe, cost, estimateMs, light = false }: Row) => ({
        ...{ id, kind: request.kind, model: recipe.model.name, cost, estimateMs, light },
      });
      const present = [...rows.values()].filter(
        (r) => r.status === 'queued' || (r.status === 'received' && some.includes(r.id)),
      );
      const known = present.map((r) => ({
        ...{ ...plain(r), personId: r.personId, platform: r.address.platform, weight: r.weight },
        served: r.status === 'queued' ? of(r) : Math.max(of(r), clock),
        inMs: Math.max(0, r.readyAt - now()),
        ...(r.shown && { shown: r.shown }),
      }));
      let aheadMs = 0;
      const waiting = fairOrder(known).map((job, ahead) => {
        aheadMs += job.estimateMs;
        return { ...job, ahead, aheadMs: aheadMs - job.estimateMs };
      });
      return {
        waiting: waiting.filter(({ id, ahead }) => ahead < first || some.includes(id)),
        ...(advertised.size > 0 && {
          lanes: [...advertised.values()].reduce(
            (sum, { lanes }) => ({
              ...{ engines: sum.engines + lanes.engines, any: sum.any + lanes.any, light: sum.light + lanes.light },
            }),
            { engines: 0, any: 0, light: 0 },
          ),
        }),
        newcomers: { perMs: 0, meanMs: 0 },
        running: [...rows.values()]
          .filter(({ status }) => status === 'running')
          .map((r) => ({ ...plain(r), forMs: now() - r.startedAt!.getTime() })),
        paces: [...rows.values()]
          .filter((r) => r.status === 'done' && r.startedAt)
          .map((r) => {
            const rate = (r.endedAt!.getTime() - r.startedAt!.getTime()) / r.cost;
            return { kind: r.request.kind, model: r.recipe.model.name, rate };
          }),
      };
    },
    async adopt(olderThanMs) {
      const late = [...rows.values()].filter((r) => r.status === 'received' && r.touched <= Date.now() - olderThanMs);
      for (const r of late) enter(r);
      return late.length;
    },
    unserved: async () =>
      [...rows.values()]
        .filter((r) => r.status === 'queued' || (r.status === 'running' && r.leaseUntil < now()))
        .map(({ id, light = false }) => ({ id, light })),
    advertise: async (worker) => void advertised.set(worker.id, worker),
    retire: async (id) => void advertised.delete(id),
    async dueDeliveries(platforms, limit, leaseMs) {
      const due = [...rows.values()].filter(
        (r) => r.delivery?.state === 'due' && r.delivery.at <= Date.now() && platforms.includes(r.address.platform),
      );
      return due.slice(0, limit).map((r) => {
        r.delivery!.at = Date.now() + leaseMs;
        r.delivery!.attempt++;
        return {
          id: r.delivery!.id,
          generationId: r.id,
          generation: view(r),
          address: r.address,
          attempt: r.delivery!.attempt,
        };
      });
    },
    async extendDelivery(id, leaseMs) {
      for (const r of rows.values()) if (r.delivery?.id === id) r.delivery.at = Date.now() + leaseMs;
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
    async takeWaitingTurn(id, everyMs, says) {
      const taken = row(id).status === 'queued' && (await this.takeProgressTurn(id, everyMs));
      if (taken) row(id).shown = says;
      return taken;
    },
    findByWatermark: async () => undefined,
    async keepHandedIn(sender, picture) {
      handedIn.set(`${personOf(sender)} ${picture.key}`, picture);
    },
    async refuseHandedIn(_, verdict) {
      refused.push(verdict);
    },
    handedIn: async (sender, keys) => keys.flatMap((key) => handedIn.get(`${personOf(sender)} ${key}`) ?? []),
    idleHandedIn: async (sender) => [...handedIn.keys()].filter((kept) => kept.startsWith(personOf(sender))).length,
    forgetHandedIn: async () => [],
    channelBrush: async ({ platform, id }) => channels.get(`${platform} ${id}`),
    async setChannelBrush({ platform, id }, brush) {
      if (brush === undefined) channels.delete(`${platform} ${id}`);
      else channels.set(`${platform} ${id}`, brush);
    },
  };
  /** Admitted and acknowledged: ready to be claimed. */
  const queued = async (order: Order = anOrder()) => {
    const { generation } = await records.admit(order, aPlan(order.request), []);
    await records.acknowledge(generation.id, order.address);
    return generation.id;
  };
  /** The next one, of which there must be one. */
  const take = async (leaseMs = 10_000): Promise<Claim> => {
    const claim = await records.claimNext(leaseMs);
    if (!claim || 'againInMs' in claim) throw new Error('nothing to claim');
    return claim;
  };
  return { records, rows, refused, failedVerdicts, queued, take, served };
};
