/** A picture comes in: proven to be one, judged, kept. Of one that is refused only the verdict stays. */
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { ObjectStore, Records } from '../core/records.ts';
import type { KeptPicture } from '../core/request.ts';
import type { Safety } from '../core/safety.ts';
import type { Sender, Studio } from '../core/studio.ts';
import { createTurnstile } from './turnstile.ts';

export interface HandInDeps {
  records: Pick<Records, 'keepHandedIn' | 'refuseHandedIn' | 'idleHandedIn'>;
  objects: Pick<ObjectStore, 'put' | 'get'>;
  safety: Pick<Safety, 'cleanse' | 'judgeUpload'>;
  /** Of one person: pictures that nothing was made from yet. */
  limits: { idlePictures: number };
  log: Logger;
}

/** One at a time of each person: whoever sends many keeps nobody else waiting. */
export function createHandIn(deps: HandInDeps): Studio['handIn'] {
  const turnstile = createTurnstile();
  return (sender, bytes) => turnstile.pass(`${sender.platform}:${sender.accountId}`, () => handIn(deps, sender, bytes));
}

async function handIn(
  { records, objects, safety, limits, log }: HandInDeps,
  sender: Sender,
  bytes: Uint8Array,
): Promise<KeptPicture> {
  if ((await records.idleHandedIn(sender)) >= limits.idlePictures)
    throw new AppError(
      'too_many',
      `You handed in ${limits.idlePictures} pictures that nothing was made from. Make something from one of them, or try again tomorrow, when they are deleted.`,
    );
  const cleansed = await safety.cleanse(bytes);
  const verdict = await safety.judgeUpload(cleansed);
  if (verdict.decision === 'refuse') {
    await records.refuseHandedIn(sender, verdict);
    throw new AppError('picture_refused', verdict.reason ?? 'Such pictures are not taken here.', {
      detail: { rule: verdict.rule },
    });
  }
  const { width, height, frames, mime } = cleansed;
  const picture = {
    ...(await objects.put(cleansed.bytes, mime)),
    ...{ width, height, ...(frames !== undefined && { frames }) },
  };
  await records.keepHandedIn(sender, picture, verdict);
  // Whoever deleted the same picture a moment ago may have taken the object with it.
  await objects.get(picture.key).catch(() => objects.put(cleansed.bytes, mime));
  log.info({ bytes: bytes.length, width, height, frames }, 'picture handed in');
  return picture;
}
