/** A brush on photographs and scenes: is its style in the result, and the content still? */
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import type { Evaluate } from './evaluation.ts';
import { createMaker, held } from './making.ts';
import { openEasel, type Painted, SIDE, STYLES } from './painting.ts';

export const evaluateBrush: Evaluate = async (deps, { count = 12 }) => {
  const { manifest, ref } = deps.installed;
  const style = STYLES.findIndex((name) => ref.name === `brush-${name}`);
  if (!isOfKind(manifest, 'style-transfer') || style < 0)
    throw new AppError('internal', `There is no style picture to measure ${ref.name} by: see bench/eval/painting.ts.`);
  const easel = await openEasel(deps, count);
  const make = createMaker(deps.engine);
  const painted: Painted[] = [];
  for (const [content, picture] of easel.contents.entries()) {
    const source = await held(picture);
    const recipe = { v: 1, kind: 'brush', model: ref, source: source.stored, seed: 0, strength: 1 } as const;
    const [made] = await make({ ...recipe, keepColours: 'no' }, [source]);
    painted.push({ content, style, picture: made! });
  }
  const figures = await easel.measure(painted, 'as drawn');
  await easel.release();
  const shown = painted.slice(0, 7).flatMap(({ content, picture }): Picture[] => [easel.contents[content]!, picture]);
  return {
    figures,
    conditions: `${painted.length} pictures of ${SIDE} px, three of them photographs, strength 1, colours free; styles in the size they were drawn in; found again among six styles and all contents by the feature net`,
    sheet: { pictures: [easel.styles[style]!, ...shown.slice(0, 13)], columns: 7 },
  };
};
