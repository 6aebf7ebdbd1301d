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
  /** How often to say that one lives, milliseconds. */
  heartbeatMs: z.number(),
});
const Generate = z.strictObject({
  type: z.literal('generate'),
  id,
  recipe: Recipe,
  /** The files of the pictures the recipe is made from, by storage key. */
  sources: z.record(z.string(), bytes),
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
const Done = z.strictObject({
  type: z.literal('done'),
  id,
  result: z.strictObject({
    images: z.array(z.strictObject({ picture: Picture, seed: z.number().int() })),
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
