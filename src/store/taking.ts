/** Which of those that wait a worker is given: the fairest, unless another is nearly as fair and its model is at hand. */
import type { Claimant } from '../core/records.ts';
import { Prisma } from './generated/client/client.ts';
import { LIVE_WORKERS } from './workers.ts';

/**
 * Delay scheduling (Zaharia et al. 2010): a job is passed over at most so often for one whose model the worker holds, and
 * only by people who are ahead of it by no more than what opening a model may cost, milliseconds of work received.
 */
const MOST_PASSED = 3;
const NEARLY_AS_FAIR_MS = 10_000;
/** So long a job that has just come waits for a free worker that holds its model. */
const PATIENCE_MS = 1_000;
/** Only among so many of the fairest is it looked for: the whole line may be long. */
const LOOKED_AT = 200;

/** Queued and of this kind of lane, its time having come. */
const isReady = (lightOnly: boolean) => Prisma.sql`
  g.status = 'queued' AND (g.not_before IS NULL OR g.not_before <= now()) AND (g.light OR ${!lightOnly})`;

/** Where the person stands who has received least, of all who wait. */
const LOWEST = Prisma.sql`
  SELECT min(p.served) FROM generation g JOIN person p ON p.id = g.person_id WHERE ${isReady(false)}`;

/**
 * What a dead worker left goes first and has been paid for; else the head of the person who received least. The clock
 * moves to where that person stood, but never past anybody who waits: a lane for light work, or a model at hand, may
 * have let somebody go ahead.
 */
export const takeFairest = (leaseMs: number, { workerId, models, lightOnly = false }: Partial<Claimant>) => Prisma.sql`
  WITH dead AS (
    SELECT id FROM generation WHERE status = 'running' AND lease_until < now() AND (light OR ${!lightOnly})
    ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED),
  idle AS (
    SELECT w.models FROM (${LIVE_WORKERS}) AS w
    WHERE w.id <> ${workerId ?? null}::uuid
      AND w.lanes > (SELECT count(*) FROM generation r WHERE r.status = 'running' AND r.worker_id = w.id)),
  fairest AS MATERIALIZED (
    SELECT g.id, g.person_id, p.served, g.estimate_ms / g.weight AS charge, g.passed, g.model = ANY(${[...(models ?? [])]}::text[]) AS held,
      (g.model = ANY(${[...(models ?? [])]}::text[]) OR g.queued_at < now() - ${PATIENCE_MS} * interval '1 millisecond'
        OR NOT EXISTS (SELECT FROM idle WHERE g.model = ANY(idle.models))) AS eligible
    FROM generation g JOIN person p ON p.id = g.person_id
    WHERE ${isReady(lightOnly)} AND NOT EXISTS (SELECT FROM dead) ORDER BY p.served, g.id LIMIT ${LOOKED_AT}),
  heads AS (SELECT DISTINCT ON (person_id) * FROM fairest WHERE eligible ORDER BY person_id, id),
  first AS (SELECT id, served FROM heads ORDER BY served, id LIMIT 1),
  taken AS (
    SELECT g.id, h.person_id, h.charge
    FROM first, heads h JOIN generation g ON g.id = h.id
    WHERE g.status = 'queued'
    ORDER BY h.passed < ${MOST_PASSED} AND NOT (h.held AND h.served <= first.served + ${NEARLY_AS_FAIR_MS}), h.served, h.id
    LIMIT 1 FOR UPDATE OF g SKIP LOCKED),
  passing AS (
    UPDATE generation SET passed = passed + 1 FROM first, taken
    WHERE generation.id = first.id AND first.id <> taken.id AND generation.status = 'queued'),
  charged AS (
    UPDATE person SET served = served + charge FROM taken WHERE person.id = taken.person_id
    RETURNING served - charge AS start),
  clock AS (
    UPDATE fair_clock SET now = start
    FROM (SELECT least((SELECT start FROM charged), (${lightOnly ? LOWEST : Prisma.sql`SELECT min(served) FROM fairest`})) AS start) AS at
    WHERE now < start)
  UPDATE generation SET status = 'running', fence = fence + 1, attempt = attempt + 1, started_at = now(),
    not_before = NULL, worker_id = ${workerId ?? null}::uuid, lease_until = now() + ${leaseMs} * interval '1 millisecond'
  WHERE id IN (SELECT id FROM dead UNION ALL SELECT id FROM taken) RETURNING id, fence, blame, weight`;
