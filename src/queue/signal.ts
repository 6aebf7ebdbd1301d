/** What processes tell each other in passing. Losing one costs only time: everything it speeds up is also polled. */
import { z } from 'zod';
import { JobProgress } from '../core/job.ts';

export const Signal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), progress: JobProgress }),
  /** The person asked to stop this job; whoever runs it should look at once. */
  z.strictObject({ kind: z.literal('cancel'), generationId: z.uuid() }),
  /** The generation has ended, so its delivery is due. */
  z.strictObject({ kind: z.literal('ended'), generationId: z.uuid() }),
]);
export type Signal = z.infer<typeof Signal>;

/** A signal as it travels in a queue event: one field of JSON. */
export const SignalEvent = z.object({
  signal: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(Signal),
});
