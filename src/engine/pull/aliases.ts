/** Models known by a short name: where they are, how large, under which licence. */
import { z } from 'zod';
import table from './aliases.json' with { type: 'json' };

const Alias = z.strictObject({
  alias: z.string(),
  repo: z.string(),
  revision: z.string(),
  licence: z.string(),
  licenceUrl: z.url(),
  /** What a pull brings, roughly; the hub says it exactly. */
  bytes: z.number().int(),
  family: z.string(),
});
export type Alias = z.infer<typeof Alias>;

export const ALIASES: readonly Alias[] = z.array(Alias).parse(table);
