/** The records as the rest of the program sees them, and what may be asked of them. Implemented by store/. */
import type { Address, Platform } from './address.ts';
import type { ErrorCode } from './errors.ts';
import type { Order, Sender } from './order.ts';
import type { Plan, Recipe } from './recipe.ts';
import type { Request } from './request.ts';
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
  /** Fair-share tag: the how-manieth unfinished job of its person. Lower goes first. */
  turn: number;
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
  generation: GenerationView;
  address: Address;
  attempt: number;
}

export interface Records {
  /** Inbox, person, account, space, generation, verdicts and delivery in one transaction. A repeated event answers duplicate. */
  admit(order: Order, plan: Plan, verdicts: Verdict[]): Promise<{ generation: GenerationView; duplicate: boolean }>;
  /** A refused order leaves its verdict (append-only) and nothing else. Idempotent per event. */
  refuse(order: Order, verdicts: Verdict[]): Promise<void>;
  /** received → queued, with the address the platform answered. */
  acknowledge(id: string, address: Address): Promise<void>;
  /** Never acknowledged: ends without a delivery. */
  abandon(id: string): Promise<void>;

  /** queued, or running with an expired lease, → running with a new fence. Undefined when there is nothing to claim. */
  claim(id: string, leaseMs: number): Promise<Claim | undefined>;
  /** False when the claim is void: stop at once. Also answers whether its person asked to cancel. */
  extend(claim: Claim, leaseMs: number): Promise<{ held: boolean; cancelRequested: boolean }>;
  /** Images, verdicts, watermarks, status and delivery in one transaction, if the claim still holds. */
  complete(claim: Claim, outcome: Outcome): Promise<boolean>;
  /** Ends it with a reason, and makes the delivery due. */
  fail(claim: Claim, error: { code: ErrorCode; message: string }, verdicts?: Verdict[]): Promise<boolean>;
  /** Back to queued: a retryable failure or, without an error, a shut-down, which does not count as an attempt. */
  release(claim: Claim, error?: { code: ErrorCode; message: string }): Promise<boolean>;
  /** How often this generation took an engine down. Counts one more. */
  blame(claim: Claim): Promise<number>;

  /** queued/received → cancelled at once (delivery due); running → marked, the worker ends it. */
  cancel(id: string): Promise<Status>;
  /** Deletes pictures' rows, prompt and recipe text; keeps verdicts. Answers the keys no other image uses. */
  remove(id: string): Promise<{ generation: GenerationView; keys: string[] }>;

  find(id: string): Promise<GenerationView | undefined>;
  findByMessage(platform: Platform, message: string): Promise<GenerationView | undefined>;
  personOf(sender: Sender): Promise<string | undefined>;
  history(personId: string, options: { limit: number; before?: string }): Promise<GenerationView[]>;
  /** Unfinished jobs of a person. */
  unfinished(personId: string): Promise<number>;
  /** Queued generations that start before this one. */
  ahead(id: string): Promise<number>;
  /** Recent run times per cost unit, milliseconds, newest first: what an ETA is made from. */
  recentRates(kind: string, limit: number): Promise<number[]>;
  counts(): Promise<{ kind: string; status: Status; count: number }[]>;

  /** What a crash left behind: acknowledged without a job, or running with an expired lease. Ids with their turn. */
  strays(olderThanMs: number): Promise<{ id: string; turn: number; status: Status }[]>;

  /** Takes up to `limit` due deliveries of these platforms for `leaseMs`, so that nobody else sends them meanwhile. */
  dueDeliveries(platforms: Platform[], limit: number, leaseMs: number): Promise<DueDelivery[]>;
  delivered(deliveryId: string, sent: { message?: string; address: Address }): Promise<void>;
  /** Try again at `at`, or never (`given up`). */
  postpone(deliveryId: string, at: Date | 'never', reason: string): Promise<void>;
  /** True if at least `everyMs` passed since the last progress edit of this generation anywhere: the right to make one. */
  takeProgressTurn(generationId: string, everyMs: number): Promise<boolean>;

  /** The image a watermark names. */
  findByWatermark(code: bigint): Promise<ImageView | undefined>;
}

/** Bytes by content. Keys are opaque to everyone else. */
export interface ObjectStore {
  /** Atomic; the same bytes twice are one object. Throws storage_full / storage_failed. */
  put(bytes: Uint8Array, mime: string): Promise<{ key: string; sha256: string }>;
  /** Throws not_found / storage_failed. */
  get(key: string): Promise<Uint8Array>;
  delete(key: string): Promise<void>;
}
