/** The records as the rest of the program sees them, and what may be asked of them. Implemented by store/. */
import type { Address, Platform } from './address.ts';
import type { ErrorCode } from './errors.ts';
import type { Channel, Order, Sender } from './order.ts';
import type { Plan, Recipe } from './recipe.ts';
import type { KeptPicture, Request } from './request.ts';
import type { Verdict } from './verdict.ts';

export const STATUSES = ['received', 'queued', 'running', 'done', 'failed', 'cancelled'] as const;
/** received: recorded, not yet acknowledged. queued → running → one of the last three, which are final. */
export type Status = (typeof STATUSES)[number];

export interface ImageView {
  generationId: string;
  index: number;
  seed: number;
  /** Of the file's bytes. */
  sha256: string;
  /** Of the engine's pixels, before watermark and encoding: equal for equal recipes. */
  pixelSha256: string;
  width: number;
  height: number;
  bytes: number;
  mime: string;
  key: string;
  altText: string;
  /** moderation said hide: blur until asked for. */
  hidden: boolean;
}

export interface GenerationView {
  id: string;
  status: Status;
  request: Request;
  recipe: Recipe;
  notes: string[];
  parentId?: string;
  personId: string;
  /** The account it was asked from. */
  sender: Sender;
  address: Address;
  cost: number;
  /** A second or two of work, as planned. */
  light?: boolean;
  createdAt: Date;
  startedAt?: Date;
  endedAt?: Date;
  attempt: number;
  error?: { code: ErrorCode; message: string };
  images: ImageView[];
  fingerprint?: string;
  timings?: { totalMs: number; runMs: number };
  cancelRequested: boolean;
}

/** The right to finish a generation: a later claim raises the fence and makes this one void. */
export interface Claim {
  generation: GenerationView;
  fence: number;
  /** How often it was under way, and suspected, when an engine went down. */
  blame: number;
  /** Its person's share, 1 being ordinary; as it was when it was asked for. */
  weight?: number;
  /** How far an earlier attempt came, as its engine wrote it down. */
  state?: Uint8Array;
}

/** Who asks for work, and for which. */
export interface Claimant {
  workerId?: string;
  /** Names of the models it has in memory: jobs for these are preferred, within bounds. */
  models: readonly string[];
  /** For a lane that is kept free for light work. */
  lightOnly?: boolean;
}

/** What can be done side by side. */
export interface Lanes {
  /** Devices; the jobs on one share it. */
  engines: number;
  /** Jobs at once, whatever they are. */
  any: number;
  /** And beside these, light ones. */
  light: number;
}

/** A process that takes jobs. */
export interface Worker {
  id: string;
  lanes: Lanes;
  models: readonly string[];
}

export interface NewImage extends Omit<ImageView, 'generationId'> {
  verdict: Verdict;
  watermark: { /** 64-bit record id in the mark. */ code: bigint; keyId: string; strength: 'normal' | 'weak' };
}

export interface Outcome {
  images: NewImage[];
  fingerprint: string;
  timings: { totalMs: number; runMs: number };
}

export interface DueDelivery {
  id: string;
  generationId: string;
  /** Absent when a newer version wrote a record that this one cannot read: it ends with a word that says so. */
  generation?: GenerationView;
  address: Address;
  attempt: number;
}

/** How a job stands in line. */
export interface Standing {
  /** Jobs that start before it; 0 = next, or already running. */
  ahead: number;
  /** Until the picture, when there is enough history to say: as likely sooner as later. */
  etaSeconds?: number;
  /** Nine times in ten it is there by then. */
  etaHighSeconds?: number;
}

interface InLine {
  id: string;
  kind: string;
  model: string;
  /** In engine cost units. */
  cost: number;
  /** Expected when it was asked for; what its person is charged until it has run. */
  estimateMs: number;
  light: boolean;
}

/** What is to run and what runs, as the fair order sees it. */
export interface Line {
  /** Those that start first if nobody else comes, the first light ones, and those that were asked for: in that order. */
  waiting: (InLine & {
    personId: string;
    platform: Platform;
    weight: number;
    /** Its person's virtual time: milliseconds of work received ÷ weight. */
    served: number;
    /** Virtual time of its start: a newcomer who comes when the clock is not there yet goes first. */
    start: number;
    /** How many start before it, and how long all of these are expected to take together. */
    ahead: number;
    aheadMs: number;
    /** A retry that may not start yet: in so many milliseconds. */
    inMs: number;
    /** What its message says. */
    shown?: Standing;
  })[];
  running: (InLine & { forMs: number })[];
  /** Of all workers that have lately been heard of; absent when there is none. */
  lanes?: Lanes;
  /** Engine time of finished jobs like those in line, milliseconds per cost unit, oldest first. */
  paces: { kind: string; model: string; rate: number }[];
  /** Orders of late by people who had nothing here: how many a millisecond, and what one of them takes. */
  newcomers: { perMs: number; meanMs: number };
}

export interface Records {
  /**
   * Inbox, person, account, space, generation, verdicts and delivery in one transaction. A repeated event answers duplicate.
   * `weight`: the person's share in the queue, 1 being ordinary.
   */
  admit(
    order: Order,
    plan: Plan,
    verdicts: Verdict[],
    weight?: number,
  ): Promise<{ generation: GenerationView; duplicate: boolean }>;
  /** A refused order leaves its verdict (append-only) and nothing else. Idempotent per event. */
  refuse(order: Order, verdicts: Verdict[]): Promise<void>;
  /** received → queued, with the address the platform answered and what was said there. */
  acknowledge(id: string, address: Address, said?: Standing): Promise<void>;
  /** Never acknowledged: ends without a delivery. */
  abandon(id: string): Promise<void>;

  /**
   * The fairest that is queued and ready, or one that a dead worker left, → running with a new fence; its person is
   * charged. Undefined when nobody waits for such a lane; `againInMs` when somebody does and nothing is ready yet.
   */
  claimNext(leaseMs: number, by?: Claimant): Promise<Claim | { againInMs: number } | undefined>;
  /** How far it has come, for whoever goes on with it. Only the newest is kept, until the end. Nothing for a void claim. */
  keep(claim: Claim, state: Uint8Array): Promise<void>;
  /** False when the claim is void: stop at once. Also answers whether its person asked to cancel. */
  extend(claim: Claim, leaseMs: number): Promise<{ held: boolean; cancelRequested: boolean }>;
  /** Images, verdicts, watermarks, status and delivery in one transaction, if the claim still holds and nobody cancelled. */
  complete(claim: Claim, outcome: Outcome): Promise<boolean>;
  /** Ends it with a reason, and makes the delivery due. */
  fail(claim: Claim, error: { code: ErrorCode; message: string }, verdicts?: Verdict[]): Promise<boolean>;
  /**
   * Back to queued, free of charge: a retryable failure, to be tried again after so many milliseconds; or, without an
   * error, a shut-down, which does not count as an attempt.
   */
  release(claim: Claim, error?: { code: ErrorCode; message: string }, afterMs?: number): Promise<boolean>;
  /** How often this generation took an engine down. Counts one more. */
  blame(claim: Claim): Promise<number>;

  /** queued/received → cancelled at once (delivery due); running → marked, the worker ends it. */
  cancel(id: string): Promise<Status>;
  /**
   * Deletes pictures' rows, prompt and recipe text; keeps verdicts. Answers the keys no other image uses, and where it was
   * shown, unless a newer version wrote that down.
   */
  remove(id: string): Promise<{ address?: Address; keys: string[] }>;

  find(id: string): Promise<GenerationView | undefined>;
  /** Whose it is and how it stands: known of every record, also of one that this version cannot read. */
  outline(id: string): Promise<Pick<GenerationView, 'personId' | 'status'> | undefined>;
  findByMessage(platform: Platform, message: string): Promise<GenerationView | undefined>;
  personOf(sender: Sender): Promise<string | undefined>;
  /** Newest first. Fewer than `limit` only when there are no more that can be read. */
  history(personId: string, options: { limit: number; before?: string }): Promise<GenerationView[]>;
  /** Unfinished jobs of a person. */
  unfinished(personId: string): Promise<number>;
  /** The same, oldest first. */
  open(personId: string): Promise<GenerationView[]>;
  /** The line as far as `first`; `with`: those of interest, queued or on their way in, which counts as queued. */
  line(options: { first: number; with?: readonly string[] }): Promise<Line>;
  /** How many wait to be taken. */
  waiting(): Promise<number>;
  /** Those that have not ended, by kind and state. */
  counts(): Promise<{ kind: string; status: Status; count: number }[]>;

  /** Received so long ago that whoever was to acknowledge it is dead: the person may have seen it accepted, so it is queued. */
  adopt(olderThanMs: number): Promise<number>;
  /** Those that want a worker: queued, or left running by a dead one. Light ones have lanes of their own beside the others. */
  unserved(): Promise<{ id: string; light: boolean }[]>;

  /** A worker says again what it can do. One that has not been heard of for a while counts no more. */
  advertise(worker: Worker): Promise<void>;
  /** It takes no more jobs. */
  retire(workerId: string): Promise<void>;

  /** Takes up to `limit` due deliveries of these platforms for `leaseMs`, so that nobody else sends them meanwhile. */
  dueDeliveries(platforms: Platform[], limit: number, leaseMs: number): Promise<DueDelivery[]>;
  /** It is still being sent: taken for so much longer. */
  extendDelivery(deliveryId: string, leaseMs: number): Promise<void>;
  delivered(deliveryId: string, sent: { message?: string; address: Address }): Promise<void>;
  /** Try again at `at`, or never (`given up`). */
  postpone(deliveryId: string, at: Date | 'never', reason: string): Promise<void>;
  /** True if at least `everyMs` passed since the last progress edit of this generation anywhere: the right to make one. */
  takeProgressTurn(generationId: string, everyMs: number): Promise<boolean>;
  /** The same for a waiting one, with what its message will say. */
  takeWaitingTurn(generationId: string, everyMs: number, says: Standing): Promise<boolean>;

  /** The image a watermark names. */
  findByWatermark(code: bigint): Promise<ImageView | undefined>;

  /** A picture that this person handed in, theirs alone to use, and the verdict that let it pass. */
  keepHandedIn(sender: Sender, picture: KeptPicture, verdict: Verdict): Promise<void>;
  /** One that did not pass leaves its verdict and nothing else. */
  refuseHandedIn(sender: Sender, verdict: Verdict): Promise<void>;
  /** Those of these keys that this person handed in and that are still here, as they were recorded. */
  handedIn(sender: Sender, keys: readonly string[]): Promise<KeptPicture[]>;
  /** How many of this person's pictures nothing was made from yet. */
  idleHandedIn(sender: Sender): Promise<number>;
  /** Forgets pictures handed in so long ago that nothing is made from. Answers the keys nothing else uses. */
  forgetHandedIn(olderThanMs: number): Promise<string[]>;

  channelBrush(channel: Channel): Promise<string | undefined>;
  setChannelBrush(channel: Channel, brush: string | undefined): Promise<void>;
}

/** Bytes by content. Keys are opaque to everyone else. */
export interface ObjectStore {
  /** Atomic; the same bytes twice are one object. Throws storage_full / storage_failed. */
  put(bytes: Uint8Array, mime: string): Promise<{ key: string; sha256: string }>;
  /** Throws not_found / storage_failed. */
  get(key: string): Promise<Uint8Array>;
  delete(key: string): Promise<void>;
}
