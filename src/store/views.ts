/** Rows as the rest of the program sees them: one query, however many tables. */
import { z } from 'zod';
import { Address, type Platform } from '../core/address.ts';
import type { ErrorCode } from '../core/errors.ts';
import { Recipe } from '../core/recipe.ts';
import type { GenerationView, ImageView, Status } from '../core/records.ts';
import { Request } from '../core/request.ts';
import type { Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { fromJson } from './json.ts';

interface Row {
  id: string;
  status: Status;
  request: unknown;
  recipe: unknown;
  address: unknown;
  notes: string[];
  parentId: string | null;
  personId: string;
  platform: Platform;
  accountId: string;
  name: string;
  spaceId: string | null;
  spaceName: string | null;
  cost: number;
  light: boolean;
  attempt: number;
  cancelRequested: boolean;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  errorCode: ErrorCode | null;
  errorMessage: string | null;
  totalMs: number | null;
  runMs: number | null;
  fingerprint: string | null;
  images: ImageView[];
}

const IMAGE = Prisma.sql`json_build_object(
  'generationId', i.generation_id, 'index', i.index, 'seed', i.seed, 'sha256', i.sha256,
  'pixelSha256', i.pixel_sha256, 'width', i.width, 'height', i.height, 'bytes', i.bytes, 'mime', i.mime, 'key', i.key,
  'altText', i.alt_text, 'hidden', i.hidden)`;

/** A record of a newer version, as far as this one can make it out. */
export interface Unreadable {
  id: string;
  address: Address | undefined;
  /** What could not be parsed, and why. */
  cause: unknown;
}

/** The generations `g` that `rest` (JOIN, WHERE, ORDER BY, LIMIT) leaves. Deleted ones have no view. Throws for unreadable ones. */
export async function selectViews(db: Db, rest: Prisma.Sql): Promise<GenerationView[]> {
  return (await selectRows(db, rest)).map(generationView);
}

/** The same, with those apart that this version cannot read: one of them must not hide its neighbours. */
export async function sortViews(
  db: Db,
  rest: Prisma.Sql,
): Promise<{ views: GenerationView[]; unreadable: Unreadable[] }> {
  const [views, unreadable]: [GenerationView[], Unreadable[]] = [[], []];
  for (const row of await selectRows(db, rest))
    try {
      views.push(generationView(row));
    } catch (cause) {
      unreadable.push({ id: row.id, address: Address.safeParse(row.address).data, cause });
    }
  return { views, unreadable };
}

function selectRows(db: Db, rest: Prisma.Sql): Promise<Row[]> {
  return db.$queryRaw<Row[]>`
    SELECT g.id, g.status::text, g.request, g.recipe, g.address, g.notes, g.parent_id AS "parentId",
      g.person_id AS "personId", a.platform, a.external_id AS "accountId", a.name, s.external_id AS "spaceId",
      s.name AS "spaceName", g.cost, g.light, g.attempt, g.cancel_requested AS "cancelRequested",
      g.created_at AS "createdAt", g.started_at AS "startedAt", g.ended_at AS "endedAt", g.error_code AS "errorCode",
      g.error_message AS "errorMessage", g.total_ms AS "totalMs", g.run_ms AS "runMs", g.fingerprint,
      coalesce((SELECT json_agg(${IMAGE} ORDER BY i.index) FROM image i WHERE i.generation_id = g.id), '[]') AS images
    FROM (SELECT * FROM generation WHERE deleted_at IS NULL) g
      JOIN account a ON a.id = g.account_id LEFT JOIN space s ON s.id = g.space_id ${rest}`;
}

/** Undefined for unknown and deleted ones. */
export async function findView(db: Db, id: string): Promise<GenerationView | undefined> {
  return (await selectViews(db, Prisma.sql`WHERE g.id = ${id}::uuid`))[0];
}

function generationView(row: Row): GenerationView {
  const { id, status, notes, personId, cost, light, createdAt, attempt, cancelRequested, images } = row;
  const { platform, accountId, name, spaceId, spaceName } = row;
  const ended = status === 'failed' || status === 'cancelled';
  return {
    ...{ id, status, notes, personId, cost, light, createdAt, attempt, cancelRequested, images },
    request: fromJson(Request, row.request, { generationId: id }),
    recipe: fromJson(Recipe, row.recipe, { generationId: id }),
    address: fromJson(Address, row.address, { generationId: id }),
    sender: {
      platform,
      accountId,
      name,
      ...(spaceId !== null && { space: { id: spaceId, ...given({ name: spaceName }) } }),
    },
    ...given({
      parentId: row.parentId,
      startedAt: row.startedAt,
      endedAt: row.endedAt,
      fingerprint: row.fingerprint,
      // An earlier attempt's error is no news once a later one runs or succeeds.
      error: ended ? { code: row.errorCode ?? 'internal', message: row.errorMessage ?? '' } : null,
      timings: row.totalMs === null || row.runMs === null ? null : { totalMs: row.totalMs, runMs: row.runMs },
    }),
  };
}

/** The image a watermark code, as kept, names. */
export async function findImage(db: Db, code: bigint): Promise<ImageView | undefined> {
  const [row] = await db.$queryRaw<{ image: ImageView }[]>`
    SELECT ${IMAGE} AS image FROM watermark w JOIN image i ON i.id = w.image_id WHERE w.code = ${code}`;
  return row?.image;
}

/** Only what is there: absent instead of null. */
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

/** Ids come from buttons and pages; what is no uuid names nothing. */
export const isId = (text: string): boolean => z.uuid().safeParse(text).success;
