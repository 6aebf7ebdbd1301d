import { expect, it } from 'vitest';
import { readHeldOut } from '../../../bench/eval/held-out.ts';
import { type Answers, createJudge } from '../../../bench/eval/judge.ts';
import { drawScene } from '../../../bench/eval/scene.ts';
import { openSprites } from '../../../bench/eval/sprites.ts';

const heldOut = readHeldOut();
const sprites = await openSprites(heldOut);
const judge = createJudge(heldOut, sprites);
// Large sprites and tints would have to be softened for every subject first; small plain ones are enough here.
const few = heldOut.scenes.filter(({ kind, tint, tint2 }) => kind !== 'big' && !tint && !tint2).slice(0, 16);
const drawn = few.map((scene) => ({ scene, picture: drawScene(heldOut, sprites, scene) }));
const share = (answers: readonly Answers[]) => {
  const values = answers.flatMap((a) => Object.values(a));
  return values.filter(Boolean).length / values.length;
};

it('finds what true scenes show, and does not find it in pictures of other captions', { timeout: 30_000 }, () => {
  expect(share(drawn.map(({ scene, picture }) => judge(picture, scene)))).toBeGreaterThan(0.97);
  const others = drawn.map(({ scene }, i) => judge(drawn[(i + 5) % drawn.length]!.picture, scene));
  expect(share(others)).toBeLessThan(0.4);
});

it('finds nothing on a bare ground but the ground', () => {
  const { scene } = drawn.find((d) => d.scene.kind === 'placed')!;
  const colour = heldOut.backgrounds[scene.background]!;
  const bare = { width: 128, height: 128, data: Uint8Array.from({ length: 128 * 128 * 3 }, (_, i) => colour[i % 3]!) };
  expect(judge(bare, scene)).toMatchObject({ background: true, position: false, 'subject (small)': false });
});
