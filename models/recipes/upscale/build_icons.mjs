// Rasterises icons large enough to learn enlarging from: 384 px, the width of the largest sprite in a 512 px picture.
//
//   node build_icons.mjs --packages DIR --out DIR [--size 384] [--count 1500]
//
// DIR/node_modules holds the packages of ../package.json. Writes icons.bin (RGBA bytes, one icon after another) and
// icons.json (set and name of each). The model's own subjects come first, then others in the order of their hash.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string', default: '.' },
    out: { type: 'string', default: '.' },
    size: { type: 'string', default: '384' },
    count: { type: 'string', default: '1500' },
  },
});

const SETS = ['fluent-emoji', 'fluent-emoji-flat', 'noto', 'noto-v1', 'twemoji', 'emojione', 'fxemoji'];
// Skin tones and flags would be most of the sets and teach nothing about edges that the rest does not.
const LEFT_OUT = /skin-tone|flag|keycap|-(light|medium|dark)|input-|squared|button|clock-|-oclock|thirty/;

const require = createRequire(path.join(path.resolve(options.packages), 'package.json'));
const sharp = require('sharp');
const size = Number(options.size);
const subjects = JSON.parse(fs.readFileSync(new URL('../subjects.json', import.meta.url), 'utf8'));
const wanted = new Set(Object.entries(subjects).flatMap(([name, { icons }]) => [name.replaceAll(' ', '-'), ...icons]));
const order = (text) => crypto.createHash('sha256').update(text).digest('hex');

const sets = new Map(
  SETS.map((name) => [name, JSON.parse(fs.readFileSync(require.resolve(`@iconify-json/${name}/icons.json`), 'utf8'))]),
);
const all = [...sets].flatMap(([set, { icons }]) => Object.keys(icons).map((name) => ({ set, name })));
const chosen = all
  .filter(({ name }) => !LEFT_OUT.test(name))
  .sort((a, b) => wanted.has(b.name) - wanted.has(a.name) || order(a.set + a.name).localeCompare(order(b.set + b.name)))
  .slice(0, Number(options.count));

fs.mkdirSync(options.out, { recursive: true });
const file = fs.openSync(path.join(options.out, 'icons.bin'), 'w');
const index = [];
for (const { set: setName, name } of chosen) {
  const set = sets.get(setName);
  const icon = set.icons[name];
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const side = Math.max(width, height);
  const view = `${(icon.left ?? set.left ?? 0) - (side - width) / 2} ${(icon.top ?? set.top ?? 0) - (side - height) / 2} ${side} ${side}`;
  const head = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  const svg = `<svg ${head} width="${side}" height="${side}" viewBox="${view}">${icon.body}</svg>`;
  try {
    const raw = await sharp(Buffer.from(svg), { density: (72 * size) / side })
      .resize(size, size, { fit: 'fill' })
      .ensureAlpha()
      .raw()
      .toBuffer();
    fs.writeSync(file, raw);
    index.push({ set: setName, name });
  } catch (error) {
    console.error(`left out: ${name} (${setName}): ${error.message}`);
  }
}
fs.closeSync(file);
fs.writeFileSync(path.join(options.out, 'icons.json'), JSON.stringify({ size, icons: index }));
console.log(`${index.length} icons of ${size} px, ${chosen.filter(({ name }) => wanted.has(name)).length} of them subjects`);
