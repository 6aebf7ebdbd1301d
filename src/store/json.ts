/** JSON in and out of the database. */
import type { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { Prisma } from './generated/client/client.ts';

/** Text as Postgres can hold it: no NUL, no half of a surrogate pair. */
export const plainText = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD').replaceAll('\0', '');

export const toJson = (value: unknown): Prisma.InputJsonValue =>
  JSON.parse(JSON.stringify(value), (_, inner) => (typeof inner === 'string' ? plainText(inner) : inner));

/** A record may be older than the code: what it holds is parsed, not believed. */
export function fromJson<T>(schema: z.ZodType<T>, value: unknown, where: Record<string, unknown>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('internal', 'A record cannot be read by this version.', { cause: parsed.error, detail: where });
}
