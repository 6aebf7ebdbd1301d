import { afterAll, describe, expect, it } from 'vitest';
import { type KeptPicture, Request } from '../../../src/core/request.ts';
import type { Sender } from '../../../src/core/studio.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { aStore } from './a-store.ts';
import { allowed, anOrder, aPlan } from './orders.ts';

const store = await aStore();
const { records, sql } = store;
afterAll(store.close);

let people = 0;
const somebody = (): Sender => ({ platform: 'slack', accountId: `U${++people}`, name: 'Somebody' });
let pictures = 0;
const aPicture = (more: Partial<KeptPicture> = {}): KeptPicture => ({
  ...{ key: `ab/cd/${++pictures}.png`, sha256: 'a'.repeat(64), width: 40, height: 30 },
  ...more,
});
const passed: Verdict = { stage: 'upload', decision: 'allow', rule: 'none', score: 0.01, detector: 'test' };
const admit = async (sender: Sender, source: KeptPicture) => {
  const request = Request.parse({ kind: 'stylize', source, brush: 'ink' });
  return (await records.admit(anOrder({ sender, request }), aPlan(), [allowed])).generation.id;
};

describe('a picture that somebody handed in', () => {
  it('is theirs, as it was recorded, before they ever ordered anything', async () => {
    const [ada, bob] = [somebody(), somebody()];
    const [still, moving] = [aPicture(), aPicture({ frames: 7 })];
    for (const picture of [still, moving]) await records.keepHandedIn(ada, picture, passed);
    const keys = [still.key, moving.key, 'unknown'];
    const found = await records.handedIn(ada, keys);
    expect(found.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual([still, moving]);
    expect(await records.handedIn(bob, keys)).toEqual([]);
    expect([await records.idleHandedIn(ada), await records.idleHandedIn(bob)]).toEqual([2, 0]);
  });

  it('may come twice at once', async () => {
    const [ada, picture] = [somebody(), aPicture()];
    await Promise.all([1, 2, 3].map(() => records.keepHandedIn(ada, picture, passed)));
    expect(await records.idleHandedIn(ada)).toBe(1);
  });

  it('leaves a verdict, kept or not', async () => {
    const ada = { ...somebody(), space: { id: 'T1' } };
    await records.refuseHandedIn(ada, { ...passed, decision: 'refuse', rule: 'explicit-picture' });
    await records.keepHandedIn(ada, aPicture(), passed);
    const { rows } = await sql.query(
      'SELECT stage, decision, space_id FROM verdict WHERE account_id = $1 ORDER BY id',
      [ada.accountId],
    );
    expect(rows).toEqual([
      { stage: 'upload', decision: 'refuse', space_id: 'T1' },
      { stage: 'upload', decision: 'allow', space_id: 'T1' },
    ]);
  });

  it('goes with the last generation that was made from it', async () => {
    const [ada, picture] = [somebody(), aPicture()];
    await records.keepHandedIn(ada, picture, passed);
    const [first, second] = [await admit(ada, picture), await admit(ada, picture)];
    expect(await records.idleHandedIn(ada)).toBe(0);
    expect((await records.remove(first)).keys).toEqual([]);
    expect(await records.handedIn(ada, [picture.key])).toEqual([picture]);
    expect((await records.remove(second)).keys).toEqual([picture.key]);
    expect(await records.handedIn(ada, [picture.key])).toEqual([]);
  });

  it('stays for others who handed in the same', async () => {
    const [ada, bob, picture] = [somebody(), somebody(), aPicture()];
    for (const person of [ada, bob]) await records.keepHandedIn(person, picture, passed);
    expect((await records.remove(await admit(ada, picture))).keys).toEqual([]);
    expect(await records.handedIn(bob, [picture.key])).toEqual([picture]);
    expect((await records.remove(await admit(bob, picture))).keys).toEqual([picture.key]);
  });

  it('is forgotten after its time when nothing was made from it', async () => {
    const ada = somebody();
    const [idle, used, fresh] = [aPicture(), aPicture(), aPicture()];
    for (const picture of [idle, used]) await records.keepHandedIn(ada, picture, passed);
    await admit(ada, used);
    await sql.query(`UPDATE handed_in SET created_at = now() - interval '25 h'`);
    await records.keepHandedIn(ada, fresh, passed);
    const day = 24 * 3_600_000;
    expect(await records.forgetHandedIn(day)).toContain(idle.key);
    expect(await records.handedIn(ada, [idle.key, used.key, fresh.key])).toHaveLength(2);
    await sql.query(`UPDATE handed_in SET created_at = now() - interval '25 h' WHERE key = $1`, [fresh.key]);
    await records.keepHandedIn(ada, fresh, passed); // sent again: its day begins anew
    expect(await records.forgetHandedIn(day)).toEqual([]);
  });
});

it('a channel has a brush, another, or none', async () => {
  const [channel, other] = [
    { platform: 'slack' as const, id: 'C1' },
    { platform: 'discord' as const, id: 'C1' },
  ];
  expect(await records.channelBrush(channel)).toBeUndefined();
  for (const brush of ['ink', 'mosaic']) {
    await records.setChannelBrush(channel, brush);
    expect(await records.channelBrush(channel)).toBe(brush);
  }
  expect(await records.channelBrush(other)).toBeUndefined();
  for (const _ of [1, 2]) await records.setChannelBrush(channel, undefined);
  expect(await records.channelBrush(channel)).toBeUndefined();
});
