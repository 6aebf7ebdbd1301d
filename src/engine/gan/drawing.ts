/** Faces in rows, as many at once as the device likes; each is the same alone and in company. */
import type { Picture } from '../../core/picture.ts';
import type { Job } from '../pipeline.ts';
import type { Generator, LatentFace } from './generator.ts';

/** `faces`: made ready one after the other, so that hundreds never lie in memory at once. */
export async function drawAll(
  { signal, clock, onBeat }: Pick<Job, 'signal' | 'clock' | 'onBeat'>,
  generator: Pick<Generator, 'batch' | 'draw'>,
  faces: AsyncIterable<LatentFace>,
  onPicture: (picture: Picture, done: number) => void | Promise<void>,
): Promise<void> {
  let waiting: LatentFace[] = [];
  let done = 0;
  const flush = async () => {
    signal.throwIfAborted();
    const pictures = await generator.draw(waiting, clock);
    waiting = [];
    onBeat();
    for (const picture of pictures) await onPicture(picture, ++done);
  };
  for await (const face of faces) if (waiting.push(face) === generator.batch) await flush();
  if (waiting.length > 0) await flush();
}
