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

/** Pictures encoded and stored side by side: a disk that has to be waited for keeps nothing else waiting. */
const AT_ONCE = 4;

/** Either every picture, or the verdicts of which the last one refused. Nothing is stored until all have been judged. */
export type Developed = { images: NewImage[] } | { refused: Verdict[] };

/** `stored` learns each key as soon as it exists. */
export async function develop(
  { safety, objects }: DevelopmentDeps,
  {
    generation,
    made,
    altText: altTextOf,
    onProgress = () => {},
  }: {
    generation: GenerationView;
    made: readonly Made[];
    altText(index: number): Promise<string>;
    /** Of so many pictures; one that is judged counts half until it is stored. */
    onProgress?: (done: number, total: number) => void;
  },
  signal: AbortSignal,
  stored: (key: string) => void,
): Promise<Developed> {
  const verdicts: Verdict[] = [];
  let [kept, told] = [0, -1];
  const tell = () => {
    const done = Math.floor((verdicts.length + kept) / 2);
    if (done > told) onProgress(done, made.length);
    told = done;
  };
  tell();
  const marks: ReturnType<typeof marked>[] = [];
  for (const one of made) {
    signal.throwIfAborted();
    verdicts.push(await judgeFrames(safety, one));
    if (verdicts.at(-1)!.decision === 'refuse') return { refused: verdicts };
    tell();
    marks.push(marked(one)); // on a thread of its own, while the next one is judged
    marks.at(-1)!.catch(() => {}); // awaited below, or no longer of interest
  }
  const images: NewImage[] = [];
  for (let from = 0; from < made.length; from += AT_ONCE) {
    signal.throwIfAborted();
    const few = made.slice(from, from + AT_ONCE).map((one, i) => finished(one, from + i));
    await Promise.allSettled(few); // whatever was stored is known before anything is thrown
    images.push(...(await Promise.all(few)));
  }
  return { images };

  async function marked(one: Made) {
    const code = randomBytes(8).readBigUInt64BE();
    return { code, ...(await markFrames(safety, one, code, signal)) };
  }

  async function finished(one: Made, index: number): Promise<NewImage> {
    const { seed, picture } = one;
    const { shown, code, keyId, strength } = await marks[index]!;
    const altText = await altTextOf(index);
    const { bytes, mime } = await safety.encode(shown, { recipe: generation.recipe, seed, index, altText });
    const { key, sha256 } = await objects.put(bytes, mime);
    stored(key);
    kept++;
    tell();
    const verdict = verdicts[index]!;
    return {
      ...{ index, seed, sha256, mime, key, altText, verdict },
      ...{ width: picture.width, height: picture.height, bytes: bytes.length },
      pixelSha256: pixelSha256(one),
      hidden: verdict.decision !== 'allow',
      watermark: { code, keyId, strength },
    };
  }
}
