/** Is everything there that this process needs? Answered within seconds, whatever a part is doing. */
import { AppError } from '../core/errors.ts';

/** A check that is over within this time says itself what is wrong. */
const ANSWER_MS = 5_000;

/** `parts`: ok, or `not ready` and why. */
export async function readiness(
  checks: Readonly<Record<string, () => Promise<void>>>,
  limitMs = ANSWER_MS,
): Promise<{ ok: boolean; parts: Record<string, string> }> {
  const state = async (check: () => Promise<void>): Promise<string> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`not ready: no answer within ${limitMs / 1000} s`), limitMs);
    });
    const answer = check().then(() => 'ok', said);
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  };
  const parts = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await state(check)] as const),
  );
  return { ok: parts.every(([, said]) => said === 'ok'), parts: Object.fromEntries(parts) };
}

const said = (caught: unknown) => `not ready: ${caught instanceof AppError ? caught.message : 'it does not answer'}`;
