/** Captions held out from the training, drawn by the shipped engine and judged by program. */

import { AppError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/log.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import { retrieval } from '../metrics/text-image.ts';
import type { Evaluate, Figure } from './evaluation.ts';
import { readHeldOut } from './held-out.ts';
import { type Answers, createJudge } from './judge.ts';
import { drawScene } from './scene.ts';
import { openSprites } from './sprites.ts';

const SHOWN = 40;

export const evaluateStickers: Evaluate = async ({ engine, installed, say }, { count = 500, steps, guidance }) => {
  const { manifest, ref } = installed;
  if (!isOfKind(manifest, 'diffusion')) throw new AppError('internal', `${ref.name} draws nothing.`);
  const heldOut = readHeldOut();
  const sprites = await openSprites(heldOut);
  const judge = createJudge(heldOut, sprites);
  const asked = heldOut.scenes.slice(0, count);
  const ceiling = asked.map((scene) => judge(drawScene(heldOut, sprites, scene), scene));
  const { width, height, sampler } = manifest.defaults;
  const chosen = { steps: steps ?? manifest.defaults.steps, guidance: guidance ?? manifest.defaults.guidance };
  const log = createLogger('error');
  const made: Picture[] = [];
  for (const [i, { caption }] of asked.entries()) {
    const recipe: RecipeOf<'imagine'> = {
      v: 1,
      kind: 'imagine',
      model: ref,
      prompt: caption,
      negativePrompt: '',
      seed: i,
      count: 1,
      sampler,
      width,
      height,
      ...chosen,
    };
    const { images } = await engine.generate(recipe, {
      log,
      signal: new AbortController().signal,
      onProgress: () => {},
      load: () => Promise.reject(new Error('no pictures here')),
    });
    made.push(images[0]!.picture);
    if ((i + 1) % 50 === 0) say(`${i + 1} of ${asked.length} captions`);
  }
  const answers = made.map((picture, i) => judge(picture, asked[i]!));
  return {
    figures: [...tally(answers, ceiling), retrievalOf(answers)],
    conditions: `${asked.length} captions, seed i for caption i, ${chosen.steps} steps of ${sampler}, guidance ${chosen.guidance}, ${width} × ${height}`,
    sheet: { pictures: made.slice(0, SHOWN), columns: 10 },
  };

  /** Among 25 captions of the set, does the picture answer most of its own caption's questions? R-precision, a tie lost. */
  function retrievalOf(own: Answers[]): Figure {
    const n = Math.min(made.length, 100);
    const scores = made.slice(0, n).map((picture, i) =>
      Array.from({ length: Math.min(25, made.length) }, (_, k) => {
        const found = k === 0 ? own[i]! : judge(picture, asked[(i + k * 7) % asked.length]!);
        const values = Object.values(found);
        return values.filter(Boolean).length / values.length;
      }),
    );
    return {
      name: 'own caption best of 25',
      value: 100 * retrieval(scores, new Array<number>(n).fill(0)),
      unit: '%',
      n,
    };
  }
};

function tally(answers: readonly Answers[], ceiling: readonly Answers[]): Figure[] {
  const questions = [...new Set(answers.flatMap((a) => Object.keys(a)))].sort();
  const share = (all: readonly Answers[], question: string) => {
    const raised = all.filter((a) => question in a);
    return (100 * raised.filter((a) => a[question]).length) / raised.length;
  };
  return questions.map((name) => ({
    name,
    value: share(answers, name),
    beside: { 'true scenes': share(ceiling, name) },
    unit: '%',
    n: answers.filter((a) => name in a).length,
  }));
}
