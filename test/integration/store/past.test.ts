/** What is asked at every order takes no longer because much has been made before. */
import { afterAll, expect, it } from 'vitest';
import { OPEN_BY_KIND } from '../../../src/store/look-ups.ts';
import { aStore } from './a-store.ts';
import { allowed, anOrder, aPlan } from './orders.ts';

const store = await aStore();
afterAll(store.close);

/** So many ended jobs of one person, one a second, the last of them a minute ago. */
const past = (count: number, personId: string) =>
  store.sql.query(`
    INSERT INTO generation (id, kind, status, notes, cost, model, address, person_id, account_id, created_at, started_at, ended_at)
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || substr(md5(at::text), 1, 15))::uuid,
      'imagine', 'done', '{}', 1, 'm', '{}', person_id, a.id, at, at, at + interval '500 ms'
    FROM (SELECT now() - interval '1 minute' - n * interval '1 s' AS at FROM generate_series(1, ${count}) n) moments
      CROSS JOIN account a WHERE a.person_id = '${personId}'`);

it('the line is read in a moment although somebody in it has a long past', async () => {
  const { generation } = await store.records.admit(anOrder(), aPlan(), [allowed]);
  await past(10_000, generation.personId);
  await store.sql.query('ANALYZE generation');
  const started = performance.now();
  const { newcomers } = await store.records.line({ first: 100 });
  expect(performance.now() - started).toBeLessThan(1_000); // as many rows as there are pairs of jobs would take many
  expect(newcomers.perMs * 1_000).toBeCloseTo(0.9, 1); // nine of ten minutes; each came when the one before had ended
});

it('what has not ended is counted without reading what has', async () => {
  const pages = async () => {
    const { rows } = await store.sql.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${OPEN_BY_KIND.sql}`);
    const { Plan } = rows[0]['QUERY PLAN'][0];
    return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'];
  };
  const { generation } = await store.records.admit(anOrder(), aPlan(), [allowed]);
  await past(90_000, generation.personId);
  await store.sql.query('ANALYZE generation');
  expect(await pages()).toBeLessThan(30); // of more than a thousand
  expect(await store.records.counts()).toEqual([{ kind: 'imagine', status: 'received', count: 2 }]);
});
