/** What a shell hands in: options to a request, files to stored pictures, pictures to files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config.ts';
import { uploadBounds } from '../../../src/core/upload-bounds.ts';
import { createHandedIn } from '../../../src/main/handed-in.ts';
import { readRequest, type ShellOptions } from '../../../src/main/imagine-options.ts';
import { findRoom, formatOf, outFor, writeEach } from '../../../src/main/picture-files.ts';
import { aBrushRecipe, aRecipe } from '../../fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'shell-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = async (name: string, width = 40, height = 20, colour = '#c02030') => {
  const path = join(folder, name);
  writeFileSync(
    path,
    await sharp({ create: { width, height, channels: 3, background: colour } })
      .png()
      .toBuffer(),
  );
  return path;
};
const read = (shell: ShellOptions, handedIn = createHandedIn(uploadBounds(loadConfig({})))) =>
  readRequest(shell, { prompt: 'a cat' }, handedIn);

describe('options', () => {
  it('name pictures by their files', async () => {
    const handedIn = createHandedIn(uploadBounds(loadConfig({})));
    const [from, mask] = [await file('a.png'), await file('m.png', 8, 4)];
    const { init } = await read({ from, mask, strength: '0.4', extend: '8' }, handedIn);
    expect(init).toMatchObject({ strength: 0.4, extend: { left: 8, top: 8, right: 8, bottom: 8 } });
    expect(handedIn.sources(init!.picture)).toMatchObject({ width: 40, height: 20 });
    expect(handedIn.sources(init!.mask!)).toMatchObject({ width: 8, height: 4 });
    const { key } = handedIn.sources(init!.picture);
    expect(Buffer.from(await handedIn.load(key))).toEqual(readFileSync(from));
  });

  it('steer with hints of files, each with its own settings', async () => {
    const handedIn = createHandedIn(uploadBounds(loadConfig({})));
    const [lines, doodle] = [await file('lines.png'), await file('a, strange=name.png', 8, 4)];
    const { controls } = await read(
      { control: [`canny=${lines}`, `scribble=${doodle},weight=0.6,from=0.1,to=0.7,model=doodles,guess`] },
      handedIn,
    );
    expect(controls).toMatchObject([
      { hint: 'canny', weight: 1, from: 0, to: 1, guess: false },
      { hint: 'scribble', weight: 0.6, from: 0.1, to: 0.7, guess: true, model: 'doodles' },
    ]);
    expect(handedIn.sources(controls![1]!.picture)).toMatchObject({ width: 8, height: 4 });
    await expect(read({ control: ['canny'] })).rejects.toThrow(/--control takes a hint and a file/);
    await expect(read({ control: [`canny=${lines},weight=3`] })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('make the picture its own mask by “alpha”, and margins side by side', async () => {
    const { init } = await read({ from: await file('a.png'), mask: 'alpha', extend: '1,2,3,4' });
    expect(init!.mask).toEqual(init!.picture);
    expect(init!.extend).toEqual({ left: 1, top: 2, right: 3, bottom: 4 });
  });

  it('are numbers where they must be', async () => {
    expect(
      await read({ hires: '1.5', hiresStrength: '0.3', variation: '9,0.15', guidanceInterval: '0.1,0.9' }),
    ).toMatchObject({
      ...{ hires: { scale: 1.5, strength: 0.3 }, variation: { seed: 9, strength: 0.15 }, guidanceInterval: [0.1, 0.9] },
    });
    expect(await read({ walkTo: 'a dog', walkSeed: '3', frames: '5' })).toMatchObject({
      walk: { prompt: 'a dog', seed: 3, frames: 5 },
    });
    expect(await read({})).not.toHaveProperty('init');
  });

  it.each([
    [{ hires: 'much' }, '--hires takes a number'],
    [{ guidanceInterval: '1' }, '--guidance-interval takes 2 numbers'],
    [{ strength: '0.5' }, '--from'],
    [{ from: '/nowhere.png' }, '/nowhere.png cannot be read'],
    [{ hires: '9' }, 'hires.scale'],
  ] as const)('%j are refused in words', async (shell, message) => {
    await expect(read(shell)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
  });
});

describe('files', () => {
  it('are numbered from the second on', async () => {
    const out = join(folder, 'out.png');
    const files = await writeEach(out, [Buffer.from('1'), Buffer.from('2')]);
    expect(files).toEqual([out, join(folder, 'out-2.png')]);
    expect(readFileSync(files[1]!, 'utf8')).toBe('2');
  });

  it.each([
    ['a.png', 'png'],
    ['a', 'png'],
    ['A.WEBP', 'webp'],
    ['a.gif', 'gif'],
  ])('%s is a %s', (name, format) => void expect(formatOf(name)).toBe(format));

  const still = aBrushRecipe();
  const moving = aBrushRecipe({ source: { ...still.source, frames: 3 } });
  const walk = { prompt: 'a dog', negativePrompt: '', seed: 1, frames: 4 };
  it.each([
    ['a picture', still, undefined, 'stylized.png'],
    ['a picture, somewhere', still, 'x.png', 'x.png'],
    ['one that moves', moving, undefined, 'stylized.webp'],
    ['one that moves, as a GIF', moving, 'x.gif', 'x.gif'],
    ['a walk, frame by frame', aRecipe({ walk }), 'x.png', 'x.png'],
    ['a walk in one', aRecipe({ walk }), 'x.webp', 'x.webp'],
  ] as const)('hold %s', (_, recipe, out, file) => void expect(outFor(recipe, out)).toBe(file));

  it.each([
    ['a picture', still, 'x.webp', 'Only what moves can be written to x.webp: name a .png.'],
    [
      'a PNG by its name',
      still,
      'x.JPG',
      'What is written is a PNG, so x.JPG would not be what its name says: name a .png.',
    ],
    ['one that moves', moving, 'x.png', 'It moves: name a .webp or a .gif, not x.png.'],
  ] as const)('that cannot hold %s are named before any work', (_, recipe, out, message) => {
    expect(() => outFor(recipe, out)).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
  });

  it('that nothing can be written to are named before any work, in words', async () => {
    const nowhere = join(folder, 'nowhere', 'x.png');
    const message = `There is no folder ${join(folder, 'nowhere')}. Make it, or name another file.`;
    await expect(findRoom(nowhere)).rejects.toMatchObject({ code: 'invalid_request', message });
    await expect(findRoom(folder)).rejects.toMatchObject({ message: `${folder} is a folder. Name a file in it.` });
    await writeEach(join(folder, 'file'), [Buffer.from('1')]);
    await expect(findRoom(join(folder, 'file', 'x.png'))).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(findRoom(join(folder, 'new.png'))).resolves.toBeUndefined();
    await expect(writeEach(nowhere, [Buffer.from('1')])).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
