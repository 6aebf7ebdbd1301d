/** From the engine's pixels to pictures that may be shown: judged, marked, encoded, stored. */
import { randomBytes } from 'node:crypto';
import type { Made } from '../core/picture.ts';
import type { GenerationView, NewImage, ObjectStore } from '../core/records.ts';
import type { Safety } from '../core/safety.ts';
import type { Verdict } from '../core/verdict.ts';
import { judgeFrames, markFrames, pixelSha256 } from './frames.ts';

export interface DevelopmentDeps {
  safety: Pick<Safety, 'judgePicture' | 'mark' | 'encode'>;
  objects: Pick<ObjectStore, 'put'>;
}

/** Either every picture, or the verdicts of which the last one refused. Nothing is stored until all have been judged. */
export type Developed = { images: NewImage[] } | { refused: Verdict[] };

/** `stored` learns each key as soon as it exists. */
export async function develop(
  { safety, objects }: DevelopmentDeps,
  {
    generation,
    made,
    altText: altTextOf,
  }: { generation: GenerationView; made: readonly Made[]; altText(index: number): Promise<string> },
  signal: AbortSignal,
  stored: (key: string) => void,
): Promise<Developed> {
  const verdicts: Verdict[] = [];
  for (const one of made) {
    verdicts.push(await judgeFrames(safety, one));
    if (verdicts.at(-1)!.decision === 'refuse') return { refused: verdicts };
  }
  const images: NewImage[] = [];
  for (const [index, one] of made.entries()) {
    signal.throwIfAborted();
    const { seed, picture } = one;
    const altText = await altTextOf(index);
    const code = randomBytes(8).readBigUInt64BE();
    const { shown, keyId, strength } = await markFrames(safety, one, code, signal);
    const { bytes, mime } = await safety.encode(shown, { recipe: generation.recipe, seed, index, altText });
    const { key, sha256 } = await objects.put(bytes, mime);
    stored(key);
    const verdict = verdicts[index]!;
    images.push({
      ...{ index, seed, sha256, mime, key, altText, verdict },
      ...{ width: picture.width, height: picture.height, bytes: bytes.length },
      pixelSha256: pixelSha256(one),
      hidden: verdict.decision !== 'allow',
      watermark: { code, keyId, strength },
    });
  }
  return { images };
}
