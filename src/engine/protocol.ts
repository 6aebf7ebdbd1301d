/** What parent and engine child say to each other. Both sides parse it; pixels travel as bytes by structured clone. */
import { z } from 'zod';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { Recipe } from '../core/recipe.ts';

const id = z.number().int();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');
const Picture = z.strictObject({ width: z.number().int(), height: z.number().int(), data: bytes });

const Start = z.strictObject({
  type: z.literal('start'),
  modelsDir: z.string(),
  device: z.string(),
  threads: z.number().int().optional(),
  /** For models and what they need to run; absent: what suits the machine. */
  memoryBytes: z.number().optional(),
  /** How often to say that one lives, milliseconds. */
  heartbeatMs: z.number(),
  /** How often a job may tell how to go on from where it is, milliseconds. */
  checkpointMs: z.number().optional(),
});
const Generate = z.strictObject({
  type: z.literal('generate'),
  id,
  recipe: Recipe,
  /** The files of the pictures the recipe is made from, by storage key. */
  sources: z.record(z.string(), bytes),
  /** Whose work it is. */
  person: z.string().optional(),
  space: z.string().optional(),
  weight: z.number().positive().optional(),
  light: z.boolean().optional(),
  /** A state to go on from. */
  resume: bytes.optional(),
  /** States are wanted. */
  keeps: z.boolean().optional(),
});
const Classify = z.strictObject({ type: z.literal('classify'), id, picture: Picture });
const Hint = z.strictObject({ type: z.literal('hint'), id, picture: Picture, hint: z.string() });
const Cancel = z.strictObject({ type: z.literal('cancel'), id });

export const ToChild = z.discriminatedUnion('type', [Start, Generate, Classify, Hint, Cancel]);
export type ToChild = z.infer<typeof ToChild>;

const Ready = z.strictObject({ type: z.literal('ready'), device: z.string(), fingerprint: z.string() });
const Heartbeat = z.strictObject({ type: z.literal('heartbeat'), /** Resident memory. */ bytes: z.number() });
/** A step, tile or picture of the job is done. */
const Beat = z.strictObject({ type: z.literal('beat'), id });
const Progress = z.strictObject({
  type: z.literal('progress'),
  id,
  step: z.number().int(),
  total: z.number().int(),
  preview: Picture.optional(),
});
/** How to go on from here, should this process die. */
const Checkpoint = z.strictObject({ type: z.literal('checkpoint'), id, state: bytes });
/** Whose work the call is that comes next: who is to blame if it never ends. */
const Call = z.strictObject({ type: z.literal('call'), ids: z.array(id) });
/** Names of the models in memory. */
const Models = z.strictObject({ type: z.literal('models'), names: z.array(z.string()) });
const Animation = z.strictObject({ frames: z.array(Picture).readonly(), delaysMs: z.array(z.number()).readonly() });
const Done = z.strictObject({
  type: z.literal('done'),
  id,
  result: z.strictObject({
    images: z.array(z.strictObject({ picture: Picture, seed: z.number().int(), animation: Animation.optional() })),
    timings: z.strictObject({ totalMs: z.number(), runMs: z.number() }),
    fingerprint: z.string(),
  }),
});
const Classified = z.strictObject({ type: z.literal('classified'), id, scores: z.record(z.string(), z.number()) });
const Hinted = z.strictObject({ type: z.literal('hinted'), id, picture: Picture });
const Failure = z.strictObject({
  code: z.custom<ErrorCode>((code) => typeof code === 'string'),
  message: z.string(),
  detail: z.record(z.string(), z.unknown()),
  stack: z.string().optional(),
});
/** Without an id: the child could not start. */
const Failed = z.strictObject({ type: z.literal('failed'), id: id.optional(), error: Failure });
const Log = z.strictObject({
  type: z.literal('log'),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  fields: z.record(z.string(), z.unknown()),
  message: z.string(),
});

export const FromChild = z.discriminatedUnion('type', [
  Ready,
  Heartbeat,
  Beat,
  Progress,
  Checkpoint,
  Call,
  Models,
  Done,
  Classified,
  Hinted,
  Failed,
  Log,
]);
export type FromChild = z.infer<typeof FromChild>;

export function packError({ code, message, detail, cause, stack }: AppError): z.infer<typeof Failure> {
  const trace = cause instanceof Error ? cause.stack : stack;
  return { code, message, detail: { ...detail }, ...(trace && { stack: trace }) };
}

export const unpackError = ({ code, message, detail, stack }: z.infer<typeof Failure>): AppError =>
  new AppError(code, message, { detail: { ...detail, ...(code === 'internal' && stack && { engineStack: stack }) } });
