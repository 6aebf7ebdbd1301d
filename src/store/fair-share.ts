/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) in virtual time. Every person has a counter, `served`: milliseconds of
 * work received ÷ weight. The lowest goes first; whoever was idle begins at the clock, so that idleness saves nothing up.
 */
import type { Plan } from '../core/recipe.ts';
import type { Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';

/** Of a model nobody has used here yet, milliseconds per cost unit. */
const DEFAULT_RATE = 2_000;
/** Of how many recent jobs the rate is the median, and how many make one. */
const RECENT = 20;
const ENOUGH = 3;

/** Any number: whoever moves the clock holds this advisory lock until the transaction ends, and so sees what others moved. */
export const oneInLineAtATime = Prisma.sql`pg_advisory_xact_lock(4207849485)`;

/** Run times of finished jobs `d`, milliseconds per cost unit; newest first. */
export const recentRates = (kind: Prisma.Sql, model: Prisma.Sql, limit: number) => Prisma.sql`
  SELECT extract(epoch FROM d.ended_at - d.started_at)::float8 * 1000 / d.cost AS rate, d.ended_at
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

/** The person of a job that has ended pays for what it took instead of what was expected. */
export const settle = (tx: Db, generationId: string) => tx.$executeRaw`
  UPDATE person SET served = served
    + (greatest(0, extract(epoch FROM g.ended_at - g.started_at)::float8 * 1000) - g.estimate_ms) / g.weight
  FROM generation g WHERE g.id = ${generationId}::uuid AND person.id = g.person_id`;

/** The person of a job that goes back to the queue gets back what was charged. */
export const refund = (tx: Db, generationId: string) => tx.$executeRaw`
  UPDATE person SET served = served - g.estimate_ms / g.weight
  FROM generation g WHERE g.id = ${generationId}::uuid AND person.id = g.person_id`;
