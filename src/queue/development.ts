/** From the engine's pixels to pictures that may be shown: judged, marked, encoded, stored. */
import { createHash, randomBytes } from 'node:crypto';
import type { Made } from '../core/picture.ts';
import type { GenerationView, NewImage, ObjectStore } from '../core/records.ts';
import type { Safety } from '../core/safety.ts';
import type { Verdict } from '../core/verdict.ts';

export interface DevelopmentDeps {
  safety: Pick<Safety, 'judgePicture' | 'mark' | 'encode'>;
  objects: Pick<ObjectStore, 'put'>;
}

/** Either every picture, or the verdicts of which the last one refused. Nothing is stored until all have been judged. */
export type Developed = { images: NewImage[] } | { refused: Verdict[] };

/** `stored` learns each key as soon as it exists. */
export async function develop(
  { safety, objects }: DevelopmentDeps,
  { generation, made, altText }: { generation: GenerationView; made: readonly Made[]; altText: string },
  signal: AbortSignal,
  stored: (key: string) => void,
): Promise<Developed> {
  const verdicts: Verdict[] = [];
  for (const { picture } of made) {
    verdicts.push(await safety.judgePicture(picture));
    if (verdicts.at(-1)!.decision === 'refuse') return { refused: verdicts };
  }
  const images: NewImage[] = [];
  for (const [index, { picture, seed }] of made.entries()) {
    signal.throwIfAborted();
    const code = randomBytes(8).readBigUInt64BE();
    const { picture: marked, keyId, strength } = await safety.mark(picture, code);
    const { bytes, mime } = await safety.encode(marked, { recipe: generation.recipe, seed, index, altText });
    const { key, sha256 } = await objects.put(bytes, mime);
    stored(key);
    const verdict = verdicts[index]!;
    images.push({
      index,
      seed,
      sha256,
      pixelSha256: createHash('sha256').update(picture.data).digest('hex'),
      width: marked.width,
      height: marked.height,
      bytes: bytes.length,
      mime,
      key,
      altText,
      hidden: verdict.decision !== 'allow',
      verdict,
      watermark: { code, keyId, strength },
    });
  }
  return { images };
}
