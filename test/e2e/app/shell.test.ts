import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from './app.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-shell-'));
  chmodSync(folder, 0o755); // the embedded database's own user must get in
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = [string, string, string];
const PROMPT = 'two red apples on a blue background';

async function atelier(...args: string[]) {
  const process = run('atelier', args, { DATA_DIR: join(folder, 'data') });
  return { code: await process.ended, printed: process.printed() };
}

it('makes the same bytes every time, and prints what it made as one JSON line', async () => {
  const [first, second] = [join(folder, 'a.png'), join(folder, 'b.png')];
  const made = await atelier('imagine', PROMPT, '--seed', '7', '--out', first);
  await atelier('imagine', PROMPT, '--seed', '7', '--out', second);
  expect(made.code, made.printed).toBe(0);
  const line = JSON.parse(made.printed.trim().split('\n').at(-1)!);
  expect(line).toEqual({
    file: first,
    seed: 7,
    model: 'sticker-diffusion',
    sha256: createHash('sha256').update(readFileSync(first)).digest('hex'),
    steps: expect.any(Number),
    ms: expect.any(Number),
  });
  expect(readFileSync(second)).toEqual(readFileSync(first));
  expect(await sharp(first).metadata()).toMatchObject({ format: 'png', width: 512, height: 512 });
});

it('knows its own pictures again, saved as JPEG and shrunk, and no others', async () => {
  const [ours, worn, other] = ['ours.png', 'worn.jpg', 'other.png'].map((name) => join(folder, name)) as Files;
  await atelier('imagine', PROMPT, '--seed', '7', '--steps', '4', '--out', ours);
  await sharp(ours).resize(400).jpeg({ quality: 75 }).toFile(worn);
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  await sharp({ create: { width: 512, height: 512, channels: 3, background: 'red', noise } })
    .png()
    .toFile(other);
  const check = async (file: string) => JSON.parse((await atelier('check', file)).printed.trim().split('\n').at(-1)!);
  const known = await check(ours);
  expect(known).toEqual({ file: ours, madeHere: true, mark: expect.stringMatching(/^[0-9a-f]{16}$/), key: known.key });
  expect(await check(worn)).toEqual({ ...known, file: worn });
  expect(await check(other)).toEqual({ file: other, madeHere: false });
  const elsewhere = run('atelier', ['check', ours], { DATA_DIR: join(folder, 'nowhere') });
  expect(await elsewhere.ended).toBe(1);
  expect(elsewhere.printed()).toContain('There is no watermark key');
});

it('takes seed 0 for a seed, and makes picture two of seed 0 the picture of seed 1', async () => {
  const [pair, single] = [join(folder, 'pair.png'), join(folder, 'single.png')];
  const { printed } = await atelier('imagine', PROMPT, '--seed', '0', '--count', '2', '--steps', '4', '--out', pair);
  await atelier('imagine', PROMPT, '--seed', '1', '--steps', '4', '--out', single);
  const seeds = printed
    .trim()
    .split('\n')
    .slice(-2)
    .map((line) => JSON.parse(line).seed);
  expect(seeds).toEqual([0, 1]);
  const [second, alone] = await Promise.all(
    [join(folder, 'pair-2.png'), single].map((file) => sharp(file).removeAlpha().raw().toBuffer()),
  );
  // The mark names the recipe, so the two files differ by it and by nothing one could see.
  const worst = second!.reduce((most, value, i) => Math.max(most, Math.abs(value - alone![i]!)), 0);
  expect(worst).toBeLessThan(40);
});

it.each([
  [['imagine', ''], 'empty'],
  [['imagine', 'x', '--seed=-1'], '0 or more'],
  [['imagine', 'x', '--size', '513'], 'multiples of 8'],
  [['imagine', 'x', '--model', 'nobody'], 'nobody'],
  [['imagine', 'x', '--frobnicate'], 'frobnicate'],
])('refuses %j in plain words and writes nothing', async (args, says) => {
  const out = join(folder, 'never.png');
  const { code, printed } = await atelier(...args, '--out', out);
  expect(code).toBe(1);
  expect(printed).toContain(says);
  expect(printed).not.toMatch(/\n\s+at /);
  expect(() => readFileSync(out)).toThrow();
});

it('names the damaged file of a model and how to find out more', async () => {
  const models = join(folder, 'models');
  cpSync(fileURLToPath(new URL('../../../models', import.meta.url)), models, { recursive: true });
  appendFileSync(join(models, 'sticker-diffusion/unet/model.onnx'), 'x');
  const env = { DATA_DIR: join(folder, 'data'), MODELS_DIR: models };
  const imagine = run('atelier', ['imagine', PROMPT, '--out', join(folder, 'never.png')], env);
  expect(await imagine.ended).toBe(1);
  expect(imagine.printed()).toMatch(/damaged|unet\/model\.onnx/);
  const verify = run('atelier', ['models', 'verify'], env);
  expect(await verify.ended).toBe(1);
  expect(verify.printed()).toContain('unet/model.onnx');
});
