/** The right to work on a generation. Every write is fenced: a claim that a later one made void changes nothing. */
import { randomUUID } from 'node:crypto';
import type { Claim, NewImage, Records } from '../core/records.ts';
import type { Database, Db } from './database.ts';
import { makeDue } from './deliveries.ts';
import { refund, settle } from './fair-share.ts';
import { plainText } from './json.ts';
import { writeVerdicts } from './verdicts.ts';
import { codeToRow } from './watermarks.ts';

type Claims = Pick<Records, 'extend' | 'keep' | 'complete' | 'fail' | 'release' | 'blame'>;

export const claims = (db: Database): Claims => ({
  async extend({ generation, fence }, leaseMs) {
    const rows = await db.$queryRaw<{ cancel_requested: boolean }[]>`
      UPDATE generation SET lease_until = now() + ${leaseMs} * interval '1 millisecond'
      WHERE id = ${generation.id}::uuid AND fence = ${fence} AND status = 'running'
      RETURNING cancel_requested`;
    return { held: rows.length > 0, cancelRequested: rows[0]?.cancel_requested ?? false };
  },

  async keep({ generation, fence }, state) {
    // The row is locked, so that its end, which deletes the state, comes after or before and not in between.
    await db.$executeRaw`
      WITH held AS (
        SELECT id FROM generation WHERE id = ${generation.id}::uuid AND fence = ${fence} AND status = 'running' FOR UPDATE)
      INSERT INTO checkpoint (generation_id, state) SELECT id, ${state} FROM held
      ON CONFLICT (generation_id) DO UPDATE SET state = excluded.state, kept_at = now()`;
  },

  complete: (claim, { images, fingerprint, timings }) =>
    db.$transaction(async (tx) => {
      const { generation, fence } = claim;
      const held = await tx.$executeRaw`
        UPDATE generation SET status = 'done', ended_at = now(), lease_until = NULL, error_code = NULL,
          error_message = NULL, fingerprint = ${fingerprint}, total_ms = ${timings.totalMs}, run_ms = ${timings.runMs}
        WHERE id = ${generation.id}::uuid AND fence = ${fence} AND status = 'running' AND NOT cancel_requested`;
      if (!held) return false;
      await settle(tx, generation.id);
      await writeImages(tx, generation.id, images);
      await makeDue(tx, generation.id);
      return true;
    }),

  fail: (claim, { code, message }, verdicts = []) =>
    db.$transaction(async (tx) => {
      const held = await tx.$executeRaw`
        UPDATE generation SET status = ${code === 'cancelled' ? 'cancelled' : 'failed'}::status, ended_at = now(),
          lease_until = NULL, error_code = ${code}, error_message = ${plainText(message)}
        WHERE id = ${claim.generation.id}::uuid AND fence = ${claim.fence} AND status = 'running'`;
      if (!held) return false;
      await settle(tx, claim.generation.id);
      await writeVerdicts(tx, verdicts, { generationId: claim.generation.id });
      await makeDue(tx, claim.generation.id);
      return true;
    }),

  release: ({ generation, fence }, error, afterMs = 0) =>
    db.$transaction(async (tx) => {
      const handedBack = error ? 0 : 1; // nothing was tried in vain, so it does not count as an attempt
      const held = await tx.$executeRaw`
        UPDATE generation SET status = 'queued', queued_at = now(), lease_until = NULL, attempt = attempt - ${handedBack},
          not_before = now() + ${afterMs} * interval '1 millisecond',
          error_code = ${error?.code ?? null}, error_message = ${error ? plainText(error.message) : null}
        WHERE id = ${generation.id}::uuid AND fence = ${fence} AND status = 'running'`;
      if (!held) return false;
      await refund(tx, generation.id);
      // Its message still says that it is being worked on.
      await tx.$executeRaw`UPDATE delivery SET standing = NULL WHERE generation_id = ${generation.id}::uuid`;
      return true;
    }),

  blame: ({ generation, fence }: Claim) =>
    db.$transaction(async (tx) => {
      await tx.$executeRaw`
        UPDATE generation SET blame = blame + 1 WHERE id = ${generation.id}::uuid AND fence = ${fence}`;
      const { blame } = await tx.generation.findUniqueOrThrow({
        where: { id: generation.id },
        select: { blame: true },
      });
      return blame;
    }),
});

async function writeImages(tx: Db, generationId: string, images: NewImage[]): Promise<void> {
  const made = images.map((image) => ({ ...image, id: randomUUID() }));
  await tx.image.createMany({
    data: made.map(({ verdict: _, watermark: __, ...image }) => ({
      ...{ ...image, generationId, seed: BigInt(image.seed), altText: plainText(image.altText) },
    })),
  });
  await tx.watermark.createMany({
    data: made.map(({ id, watermark: { code, keyId, strength } }) => ({
      ...{ imageId: id, code: codeToRow(code), keyId, strength },
    })),
  });
  await writeVerdicts(
    tx,
    made.map(({ verdict, index }) => ({ ...verdict, imageIndex: index })),
    { generationId },
  );
}
