/** What the recipes of every kind are made of. */
import { z } from 'zod';
import { KeptPicture } from './request-fields.ts';

export const ModelRef = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** sha256 over the manifest's file hashes: one value that changes when any weight does. */
  sha256: z.string().length(64),
});
export type ModelRef = z.infer<typeof ModelRef>;

/** A picture a recipe is made from, by where its bytes lie. */
export const StoredPicture = KeptPicture;
export type StoredPicture = KeptPicture;

/** Enlarge the result for showing: by which model and how much. */
export const Display = z.strictObject({ model: ModelRef, factor: z.number().int() });
