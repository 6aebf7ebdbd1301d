/** Rows as the rest of the program sees them. */
import { z } from 'zod';
import { Address, type Platform } from '../core/address.ts';
import type { ErrorCode } from '../core/errors.ts';
import { Recipe } from '../core/recipe.ts';
import type { GenerationView, ImageView } from '../core/records.ts';
import { Request } from '../core/request.ts';
import type { Db } from './database.ts';
import type { Prisma } from './generated/client/client.ts';
import { fromJson } from './json.ts';

/** What a GenerationView needs beside its row. */
export const VIEW = {
  account: true,
  space: true,
  images: { orderBy: { index: 'asc' } },
} satisfies Prisma.GenerationInclude;

type GenerationRow = Prisma.GenerationGetPayload<{ include: typeof VIEW }>;
type ImageRow = GenerationRow['images'][number];

export function generationView(row: GenerationRow): GenerationView {
  const { id, status, notes, personId, cost, turn, createdAt, attempt, cancelRequested, account, space } = row;
  const ended = status === 'failed' || status === 'cancelled';
  return {
    ...{ id, status, notes, personId, cost, turn, createdAt, attempt, cancelRequested },
    request: fromJson(Request, row.request, { generationId: id }),
    recipe: fromJson(Recipe, row.recipe, { generationId: id }),
    address: fromJson(Address, row.address, { generationId: id }),
    sender: {
      platform: account.platform as Platform,
      accountId: account.externalId,
      name: account.name,
      ...(space && { space: { id: space.externalId, ...given({ name: space.name }) } }),
    },
    images: row.images.map(imageView),
    ...given({
      parentId: row.parentId,
      startedAt: row.startedAt,
      endedAt: row.endedAt,
      fingerprint: row.fingerprint,
      // An earlier attempt's error is no news once a later one runs or succeeds.
      error: ended ? { code: (row.errorCode ?? 'internal') as ErrorCode, message: row.errorMessage ?? '' } : null,
      timings: row.totalMs === null || row.runMs === null ? null : { totalMs: row.totalMs, runMs: row.runMs },
    }),
  };
}

export function imageView(row: ImageRow): ImageView {
  const { generationId, index, sha256, pixelSha256, width, height, bytes, mime, key, altText, hidden } = row;
  return {
    ...{ generationId, index, sha256, pixelSha256, width, height, bytes, mime, key, altText, hidden },
    seed: Number(row.seed),
  };
}

/** Undefined for unknown and deleted ones. One query after the other, as a transaction needs it. */
export async function findView(db: Db, id: string): Promise<GenerationView | undefined> {
  const row = await db.generation.findUnique({ where: { id, deletedAt: null } });
  if (!row) return undefined;
  const account = await db.account.findUniqueOrThrow({ where: { id: row.accountId } });
  const space = row.spaceId ? await db.space.findUnique({ where: { id: row.spaceId } }) : null;
  const images = await db.image.findMany({ where: { generationId: id }, orderBy: { index: 'asc' } });
  return generationView({ ...row, account, space, images });
}

/** Only what is there: absent instead of null. */
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

/** Ids come from buttons and pages; what is no uuid names nothing. */
export const isId = (text: string): boolean => z.uuid().safeParse(text).success;
