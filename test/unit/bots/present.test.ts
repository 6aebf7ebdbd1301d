import { expect, it } from 'vitest';
import { details } from '../../../src/bots/details.ts';
import { outcome, waiting, working } from '../../../src/bots/present.ts';
import { encodeAction } from '../../../src/core/action.ts';
import { aBrushRecipe, aFaceRecipe, aGeneration, aKeptPicture, anId, anImage, aRequest } from '../../fixtures.ts';

const labels = (reply: { buttons: { label: string }[][] }) => reply.buttons.map((row) => row.map(({ label }) => label));

it('says where a job stands and how to take it back', () => {
  const reply = waiting(aRequest(), { generationId: anId(), ahead: 2, etaSeconds: 30, notes: ['A note.'] });
  expect(reply.headline).toBe('Accepted. 2 jobs before yours.');
  expect(reply.lines).toEqual(['A note.', 'About 30 s.']);
  expect(labels(reply)).toEqual([['Cancel']]);
  const wide = waiting(aRequest(), { generationId: anId(), ahead: 1, etaSeconds: 30, etaHighSeconds: 170, notes: [] });
  expect(wide.headline).toBe('Accepted. 1 job before yours.');
  expect(wide.lines).toEqual(['About 30 s; nine times in ten within 3 min.']);
});

it('shows four pictures with a button each to enlarge and to vary', () => {
  const images = [0, 1, 2, 3].map((index) => anImage({ index, seed: 7 + index }));
  const reply = outcome(aGeneration({ images }));
  expect(labels(reply).slice(0, 2)).toEqual([
    ['U1', 'U2', 'U3', 'U4'],
    ['V1', 'V2', 'V3', 'V4'],
  ]);
  expect(reply.lines).toContain('Seeds 7, 8, 9, 10.');
  const codes = reply.buttons.flat().map(({ action }) => encodeAction(action));
  expect(new Set(codes).size).toBe(codes.length);
  expect(reply.buttons.every((row) => row.length <= 5)).toBe(true);
});

it('ends a failure with one sentence a person can use, a case number and a way to try again', () => {
  const reply = outcome(
    aGeneration({ status: 'failed', images: [], error: { code: 'engine_hung', message: 'SIGKILL pid 7' } }),
  );
  expect(reply.state).toBe('failed');
  expect(reply.headline).not.toContain('SIGKILL');
  expect(reply.lines[0]).toMatch(/^Case /);
  expect(labels(reply)[0]).toContain('🔁 Try again');
});

it('keeps the details to the person who asked for them', () => {
  const reply = details(aGeneration());
  expect(reply.private).toBe(true);
  expect(reply.lines).toContain('Sampler: ddim');
});

it('shows a preview while it works', () => {
  const preview = { key: 'k', bytes: 10, width: 64, height: 64 };
  expect(working(aGeneration(), { generationId: anId(), step: 3, total: 20, preview })).toMatchObject({
    progress: { step: 3, total: 20 },
    preview: { key: 'k' },
  });
});

it('says that it is finishing when all steps are done, and how far that is with many', () => {
  const one = working(aGeneration(), { generationId: anId(), step: 0, total: 1, finishing: true });
  expect([one.headline, one.progress]).toEqual(['Finishing: checking and saving it.', { step: 1, total: 1 }]);
  const faces = working(aFace(300), { generationId: anId(), step: 120, total: 300, finishing: true });
  expect(faces.headline).toBe('Finishing: 120 of 300 pictures checked and saved.');
  expect(faces.progress).toEqual({ step: 120, total: 300 });
});

const many = (length: number) =>
  Array.from({ length }, (_, i) => ({ name: `thing-${i}`, title: `Thing ${i}`.padEnd(20, '!') }));

const aFace = (count: number) =>
  aGeneration({
    request: aRequest({ kind: 'face', count }),
    recipe: aFaceRecipe({ count }),
    images: Array.from({ length: count }, (_, index) => anImage({ index, seed: 7 + index })),
  });

const stylized = aGeneration({
  request: aRequest({ kind: 'stylize', source: aKeptPicture(), brush: 'night-wind' }),
  recipe: aBrushRecipe(),
  timings: { totalMs: 2000, runMs: 1900 },
});

it.each([
  ['one picture', aGeneration()],
  ['four pictures', aGeneration({ images: [0, 1, 2, 3].map((index) => anImage({ index })) })],
  ['a walk of 20 frames', aGeneration({ images: Array.from({ length: 20 }, (_, index) => anImage({ index })) })],
  ['a stylized picture', stylized],
  ['a face', aFace(1)],
  ['four faces', aFace(4)],
  ['300 faces', aFace(300)],
])('offers for %s no more than every platform can show, nothing twice', (_what, generation) => {
  const { buttons, menus = [] } = outcome(generation, { brushes: () => many(40), attributes: () => many(40) });
  expect(buttons.length + menus.length).toBeLessThanOrEqual(5);
  for (const row of buttons) expect(row.length).toBeLessThanOrEqual(5);
  for (const { options, placeholder } of menus) {
    expect(options.length).toBeGreaterThan(0);
    if (options.some(({ action }) => action.detail)) expect(options.length).toBeLessThanOrEqual(25); // others are picked by number
    expect(placeholder.length).toBeLessThanOrEqual(100);
  }
  for (const codes of [buttons.flat(), ...menus.map(({ options }) => options)]) {
    const encoded = codes.map(({ action }) => encodeAction(action));
    expect(new Set(encoded).size).toBe(encoded.length);
  }
});

it('says which brush painted it, and offers the others, softer and stronger', () => {
  const reply = outcome(stylized, {
    brushes: () => [{ name: 'night-wind', title: 'Night wind' }],
    attributes: () => [],
  });
  expect(reply.headline).toBe('Painted with Night wind in 2 s.');
  expect(labels(reply)[0]).toEqual(['Before', 'Softer', 'Stronger', '🔁 Another', 'Upscale']);
  expect(reply.images[0]!.name).toBe('stylized-7.png');
});

it.each([
  ['a filter', stylized, false],
  ['an enlargement', aGeneration({ recipe: { ...aBrushRecipe(), kind: 'upscale', factor: 4 } as never }), false],
  ['a face found for a picture', { ...aFace(1), recipe: aFaceRecipe({ projection: {} as never }) }, false],
  ['a face', aFace(1), true],
  ['a picture of words', aGeneration(), true],
])('names a seed only where the picture depends on it: %s', (_what, generation, seeded) => {
  const { images, lines } = outcome(generation);
  expect([images[0]!.seed, lines.join()]).toEqual(seeded ? [7, 'Seed 7.'] : [undefined, '']);
  expect(details(generation).lines.filter((line) => line.startsWith('Seed'))).toEqual(seeded ? ['Seed: 7'] : []);
});

it('says what a brush is for, in its menu and below what it painted', () => {
  const note = 'for drawn icons; photographs hardly change';
  const brushes = () => [
    { name: 'night-wind', title: 'Night wind', note },
    { name: 'ink', title: 'Ink' },
  ];
  const reply = outcome(stylized, { brushes, attributes: () => [] });
  expect(reply.lines).toEqual([`Night wind: ${note}.`]);
  expect(reply.menus![0]!.options.map((option) => option.note)).toEqual([note, undefined]);
  expect(outcome(aGeneration(), { brushes, attributes: () => [] }).lines).toEqual(['Seed 7.']);
});

it('shows 300 faces as a sheet and an archive', () => {
  const reply = outcome(aFace(300));
  expect(reply.images).toHaveLength(300);
  expect(reply.archive!.name).toMatch(/^face-.*\.zip$/);
  expect(reply.lines).toEqual(['Seeds 7 to 306.']);
  expect(reply.menus![0]!.options[299]!.action).toMatchObject({ verb: 'edit', index: 299 });
});

it('says with which seeds a face was mixed', () => {
  const recipe = aFaceRecipe({ mixes: [{ seed: 42, layers: [4, 7] }] });
  expect(outcome({ ...aFace(1), recipe }).lines).toEqual(['Seed 7.', 'Mixed with seed 42.']);
});

it('names what moves by its kind of file', () => {
  const [image] = outcome(aGeneration({ images: [anImage({ mime: 'image/webp' })] })).images;
  expect(image!.name).toBe('two-red-apples-7.webp');
});
