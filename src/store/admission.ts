/** An order's first record: who, where and what, once per event. */
import { AppError } from '../core/errors.ts';
import { type Plan, picturesOf } from '../core/recipe.ts';
import type { Records } from '../core/records.ts';
import { picturesNamed, type Request } from '../core/request.ts';
import type { Order } from '../core/studio.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Database } from './database.ts';
import { enterLine, estimateMs, oneInLineAtATime } from './fair-share.ts';
import { Prisma } from './generated/client/client.ts';
import { usesOf } from './handed-in.ts';
import { plainText, toJson } from './json.ts';
import { oneAtATime } from './people.ts';
import { uuidv7 } from './uuid.ts';
import { whose, writeVerdicts } from './verdicts.ts';
import { findView } from './views.ts';

type Admission = Pick<Records, 'admit' | 'refuse' | 'acknowledge' | 'abandon'>;

export const admission = (db: Database): Admission => ({
  async admit(order, plan, verdicts, weight = 1) {
    // Two statements: the second must see what others did while the first waited.
    const id = uuidv7();
    const [, made] = await db.$transaction([
      db.$executeRaw`SELECT ${oneAtATime(order.sender)}`,
      db.$queryRaw<{ before: boolean; id: string | null }[]>(inserts(id, order, plan, verdicts, weight)),
    ]);
    const duplicate = made[0]!.before;
    const generation = made[0]!.id === null ? undefined : await findView(db, made[0]!.id);
    if (generation) return { generation, duplicate };
    throw new AppError('not_found', 'This was asked and answered before.'); // refused, or deleted since
  },

  refuse: (order, verdicts) =>
    db.$transaction(async (tx) => {
      const event = { platform: order.sender.platform, eventId: order.eventId };
      const { count } = await tx.inbox.createMany({ data: [event], skipDuplicates: true });
      if (count > 0) await writeVerdicts(tx, verdicts, whose(order));
    }),

  async acknowledge(id, address, said) {
    await db.$transaction([
      db.$executeRaw`SELECT ${oneInLineAtATime}`,
      db.$queryRaw(enterLine(Prisma.sql`id = ${id}::uuid AND status = 'received'`)),
      db.$executeRaw`
        UPDATE delivery SET standing = ${said ? json(said) : Prisma.sql`NULL`} WHERE generation_id = ${id}::uuid`,
      // The address counts even when a cancel came first: that is where the person reads of it.
      db.$executeRaw`UPDATE generation SET address = ${json(address)} WHERE id = ${id}::uuid`,
    ]);
  },

  abandon: (id) =>
    db.$transaction(async (tx) => {
      const ended = await tx.$executeRaw`
        UPDATE generation SET status = 'failed', ended_at = now(), error_code = 'platform_unavailable',
          error_message = 'The chat service did not take our answer in time.'
        WHERE id = ${id}::uuid AND status = 'received'`;
      if (ended) await tx.$executeRaw`UPDATE delivery SET state = 'void' WHERE generation_id = ${id}::uuid`;
    }),
});

const json = (value: unknown) => Prisma.sql`${JSON.stringify(toJson(value))}::jsonb`;

/** Where the pictures lie that an order was handed in with, and those it is planned with. */
const keysOf = (request: Request, { recipe }: Plan): string[] => [
  ...picturesNamed(request).flatMap((ref) => ('key' in ref ? [ref.key] : [])),
  ...picturesOf(recipe).map(({ key }) => key),
];

/** All rows of a new order in one statement; none when its event was there before. Answers the generation's id. */
function inserts(
  id: string,
  { eventId, sender, request, address, parentId }: Order,
  plan: Plan,
  verdicts: Verdict[],
  weight: number,
) {
  const { platform, accountId, space } = sender;
  const [name, spaceName] = [plainText(sender.name), space?.name === undefined ? null : plainText(space.name)];
  const rows = verdicts.map((verdict) => ({ ...verdict, id: uuidv7() }));
  return Prisma.sql`
    WITH before AS (SELECT generation_id FROM inbox WHERE platform = ${platform} AND event_id = ${eventId}),
    known AS (SELECT id, person_id FROM account WHERE platform = ${platform} AND external_id = ${accountId}),
    renamed AS (UPDATE account SET name = ${name} WHERE id = (SELECT id FROM known) AND name <> ${name}),
    person_made AS (
      INSERT INTO person (id) SELECT ${uuidv7()}::uuid
      WHERE NOT EXISTS (SELECT FROM before) AND NOT EXISTS (SELECT FROM known) RETURNING id),
    account_made AS (
      INSERT INTO account (id, platform, external_id, name, person_id)
      SELECT ${uuidv7()}::uuid, ${platform}, ${accountId}, ${name}, id FROM person_made RETURNING id, person_id),
    who AS (SELECT * FROM known UNION ALL SELECT * FROM account_made),
    space_known AS (
      SELECT id FROM space
      WHERE platform = ${platform} AND external_id = ${space?.id ?? null} AND name IS NOT DISTINCT FROM coalesce(${spaceName}, name)),
    space_made AS (
      INSERT INTO space (id, platform, external_id, name)
      SELECT ${uuidv7()}::uuid, ${platform}, ${space?.id ?? null}, ${spaceName}
      WHERE ${space !== undefined} AND NOT EXISTS (SELECT FROM before) AND NOT EXISTS (SELECT FROM space_known)
      ON CONFLICT (platform, external_id) DO UPDATE SET name = coalesce(excluded.name, space.name) RETURNING id),
    made AS (
      INSERT INTO generation (id, kind, request, recipe, notes, cost, light, model, estimate_ms, weight, address, person_id, account_id,
        space_id, parent_id)
      SELECT ${id}::uuid, ${request.kind}, ${json(request)}, ${json(plan.recipe)}, ${plan.notes.map(plainText)}::text[],
        ${plan.cost}, ${plan.light ?? false}, ${plan.recipe.model.name}, ${estimateMs(plan)}, ${weight}, ${json(address)}, who.person_id, who.id,
        (SELECT id FROM space_known UNION ALL SELECT id FROM space_made), ${parentId ?? null}::uuid
      FROM who WHERE NOT EXISTS (SELECT FROM before) RETURNING id),
    uses_made AS (${usesOf(keysOf(request, plan))}),
    inbox_made AS (
      INSERT INTO inbox (platform, event_id, generation_id) SELECT ${platform}, ${eventId}, id FROM made),
    delivery_made AS (
      INSERT INTO delivery (id, generation_id, platform) SELECT ${uuidv7()}::uuid, id, ${address.platform} FROM made),
    verdicts_made AS (
      INSERT INTO verdict (id, generation_id, platform, event_id, account_id, space_id, stage, decision, rule, score, detector, reason)
      SELECT v.id, made.id, ${platform}, ${eventId}, ${accountId}, ${space?.id ?? null}, v.stage, v.decision, v.rule, v.score, v.detector, v.reason
      FROM made, jsonb_to_recordset(${json(rows)})
        AS v(id uuid, stage text, decision text, rule text, score float8, detector text, reason text))
    SELECT EXISTS (SELECT FROM before) AS before,
      coalesce((SELECT generation_id FROM before), (SELECT id FROM made)) AS id`;
}
