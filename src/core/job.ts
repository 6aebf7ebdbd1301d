/**
 * What travels through the queue: a call for a worker, because of this generation. Which one it takes, the records decide.
 * Never pixels, never tokens. Both sides parse it: a job may be older than the code.
 */
import { z } from 'zod';

export const Job = z.strictObject({ v: z.literal(1), generationId: z.uuid() });
export type Job = z.infer<typeof Job>;

/** What a running job says of itself. The preview lies in the object store. */
export const JobProgress = z.strictObject({
  generationId: z.uuid(),
  step: z.number().int(),
  total: z.number().int(),
  /** The engine is done: so many of its pictures are judged, marked and stored. */
  finishing: z.literal(true).optional(),
  preview: z
    .strictObject({ key: z.string(), bytes: z.number().int(), width: z.number().int(), height: z.number().int() })
    .optional(),
});
export type JobProgress = z.infer<typeof JobProgress>;
