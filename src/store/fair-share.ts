/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) in virtual time. Every person has a counter, `served`: milliseconds of
 * work received ÷ weight. The lowest goes first; whoever was idle begins at the clock, so that idleness saves nothing up.
 */
import type { Plan } from '../core/recipe.ts';
import type { Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { LIVE_WORKERS } from './workers.ts';

/** Of a model nobody has used here yet, milliseconds per cost unit. */
const DEFAULT_RATE = 2_000;
/** Of how many recent jobs the rate is the median, and how many make one. */
const RECENT = 20;
const ENOUGH = 3;

/** Any number: whoever moves the clock holds this advisory lock until the transaction ends, and so sees what others moved. */
export const oneInLineAtATime = Prisma.sql`pg_advisory_xact_lock(4207849485)`;

const G = Prisma.sql`g`;

const wallMs = (row: Prisma.Sql) =>
  Prisma.sql`greatest(0, extract(epoch FROM ${row}.ended_at - ${row}.started_at)::float8 * 1000)`;

/**
 * What a finished job `row` took of its engine, milliseconds: its own share of the calls, and what came before and after.
 * Whoever shares an engine waits for others in it; that is not work received.
 */
const workMs = (row: Prisma.Sql) => Prisma.sql`
  least(${wallMs(row)}, coalesce(${row}.run_ms + greatest(0, ${wallMs(row)} - ${row}.total_ms), ${wallMs(row)}))`;

/** How much those that run have of an engine each, on average, `more` of them than are running now. */
const shareOfEngine = (more: number) => Prisma.sql`
  least(1, coalesce((SELECT sum(engines)::float8 FROM (${LIVE_WORKERS}) AS live)
    / greatest(1, (SELECT count(*) FROM generation WHERE status = 'running') + ${more}), 1))`;

/** Engine time of finished jobs `d`, milliseconds per cost unit; newest first. */
export const recentRates = (kind: Prisma.Sql, model: Prisma.Sql, limit: number) => Prisma.sql`
  SELECT ${workMs(Prisma.sql`d`)} / d.cost AS rate, d.ended_at
  FROM generation d
  WHERE d.kind = ${kind} AND d.model = ${model} AND d.status = 'done' AND d.cost > 0 AND d.started_at IS NOT NULL
  ORDER BY d.ended_at DESC LIMIT ${limit}`;

/** What a plan will probably take here. */
export const estimateMs = ({ recipe, cost }: Plan) => Prisma.sql`
  greatest(1, ${cost}::float8 * coalesce((
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate)
    FROM (${recentRates(Prisma.sql`${recipe.kind}`, Prisma.sql`${recipe.model.name}`, RECENT)}) AS recent
    HAVING count(*) >= ${ENOUGH}), ${DEFAULT_RATE}))`;

/**
 * Those that `where` names → queued. Their people begin at the clock unless they wait already; and when nobody waits or
 * runs, what anybody had received before is forgotten: nobody lacked it.
 */
export const enterLine = (where: Prisma.Sql) => Prisma.sql`
  WITH arriving AS (SELECT id, person_id FROM generation WHERE ${where} FOR UPDATE),
  clock AS (
    SELECT CASE WHEN EXISTS (SELECT FROM generation WHERE status IN ('queued', 'running')) THEN now
      ELSE greatest(now, (SELECT max(served) FROM person)) END AS now FROM fair_clock),
  set AS (UPDATE fair_clock SET now = clock.now FROM clock WHERE fair_clock.now < clock.now),
  lifted AS (
    UPDATE person SET served = clock.now FROM clock
    WHERE person.id IN (SELECT person_id FROM arriving) AND served < clock.now
      AND NOT EXISTS (SELECT FROM generation g WHERE g.person_id = person.id AND g.status = 'queued'))
  UPDATE generation SET status = 'queued', queued_at = now() FROM arriving WHERE generation.id = arriving.id
  RETURNING generation.id`;

/** The person of a job that has ended pays for what it took instead of what was expected; what it left behind goes. */
export const settle = async (tx: Db, generationId: string) => {
  await tx.$executeRaw`
    UPDATE person SET served = served + (CASE WHEN g.status = 'done' THEN ${workMs(G)}
      ELSE ${wallMs(G)} * ${shareOfEngine(1)} END - g.estimate_ms) / g.weight
    FROM generation g WHERE g.id = ${generationId}::uuid AND person.id = g.person_id`;
  await tx.$executeRaw`DELETE FROM checkpoint WHERE generation_id = ${generationId}::uuid`;
};

/** The person of a job that goes back to the queue gets back what was charged. */
export const refund = (tx: Db, generationId: string) => tx.$executeRaw`
  UPDATE person SET served = served - g.estimate_ms / g.weight
  FROM generation g WHERE g.id = ${generationId}::uuid AND person.id = g.person_id`;
