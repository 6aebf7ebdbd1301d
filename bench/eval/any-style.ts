/** Any style: the same measures for styles that were shown in the training and for those that were not. */
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { isOfKind } from '../../src/engine/manifest.ts';
import type { Evaluate } from './evaluation.ts';
import { createMaker, held } from './making.ts';
import { NEVER_SHOWN, openEasel, type Painted, SIDE, STYLES } from './painting.ts';

export const evaluateAnyStyle: Evaluate = async (deps, { count = 8 }) => {
  const { manifest, ref } = deps.installed;
  if (!isOfKind(manifest, 'adain')) throw new AppError('internal', `${ref.name} takes no style picture.`);
  const easel = await openEasel(deps, count);
  const make = createMaker(deps.engine);
  const styles = await Promise.all(easel.styles.map(held));
  const painted: Painted[] = [];
  for (const [content, picture] of easel.contents.entries()) {
    const source = await held(picture);
    for (const [style, of] of styles.entries()) {
      const recipe: RecipeOf<'adain'> = {
        ...{ v: 1, kind: 'adain', model: ref, source: source.stored, seed: 0, strength: 1, keepColours: 'no' },
        styles: [{ picture: of.stored, weight: 1 }],
      };
      const [made] = await make(recipe, [source, of]);
      painted.push({ content, style, picture: made! });
    }
    deps.say(`${content + 1} of ${easel.contents.length} contents in ${styles.length} styles`);
  }
  const isNew = ({ style }: Painted) => NEVER_SHOWN.includes(STYLES[style]!);
  const figures = [
    ...(await easel.measure(painted.filter((p) => !isNew(p)))),
    ...(await easel.measure(painted.filter(isNew))).map((f) => ({ ...f, name: `never shown styles: ${f.name}` })),
  ];
  await easel.release();
  const blank: Picture = { width: SIDE, height: SIDE, data: new Uint8Array(SIDE * SIDE * 3).fill(255) };
  const rows = easel.contents
    .slice(0, 4)
    .flatMap((content, c) => [content, ...painted.filter((p) => p.content === c).map(({ picture }) => picture)]);
  return {
    figures,
    conditions: `${easel.contents.length} contents of ${SIDE} px, three of them photographs, in four styles that were shown in training and two that were not (${NEVER_SHOWN.join(', ')}), strength 1, colours free`,
    sheet: { pictures: [blank, ...easel.styles, ...rows], columns: 7 },
  };
};
