// Rasterises every concept that at least three icon sets draw: what the feature net learns to tell apart.
//
//   node build_icons.mjs --packages DIR --out DIR [--size 72]
//
// DIR/node_modules holds the packages of ../package.json. Writes icons.bin (RGBA bytes, one icon after another) and
// icons.json (concept and set of each).
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string', default: '.' },
    out: { type: 'string', default: '.' },
    size: { type: 'string', default: '72' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log('node build_icons.mjs --packages DIR --out DIR [--size 72]');
  process.exit(0);
}

const SETS = ['fluent-emoji', 'fluent-emoji-flat', 'noto', 'noto-v1', 'twemoji', 'emojione', 'fxemoji'];
// Skin tones, flags and lettered squares would be most of the sets and teach little else.
const LEFT_OUT = /skin-tone|flag|keycap|-(light|medium|dark)|input-|squared|button|-oclock|thirty|letter/;
const FEWEST_SETS = 3;

const require = createRequire(path.join(path.resolve(options.packages), 'package.json'));
const sharp = require('sharp');
const size = Number(options.size);
const sets = SETS.map((name) => [name, JSON.parse(fs.readFileSync(require.resolve(`@iconify-json/${name}/icons.json`), 'utf8'))]);

/** concept -> set -> icon; sets write the same name with and without hyphens. */
const concepts = new Map();
for (const [setName, set] of sets) {
  for (const [name, icon] of Object.entries(set.icons)) {
    if (LEFT_OUT.test(name)) continue;
    const concept = name.replaceAll('-', '');
    if (!concepts.has(concept)) concepts.set(concept, new Map());
    concepts.get(concept).set(setName, { set, icon });
  }
}

fs.mkdirSync(options.out, { recursive: true });
const file = fs.openSync(path.join(options.out, 'icons.bin'), 'w');
const index = [];
for (const [concept, drawings] of [...concepts].sort(([a], [b]) => a.localeCompare(b))) {
  if (drawings.size < FEWEST_SETS) continue;
  for (const [setName, { set, icon }] of drawings) {
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
      index.push({ concept, set: setName });
    } catch (error) {
      console.error(`left out: ${concept} (${setName}): ${error.message}`);
    }
  }
}
fs.closeSync(file);
fs.writeFileSync(path.join(options.out, 'icons.json'), JSON.stringify({ size, icons: index }));
console.log(`${index.length} icons of ${new Set(index.map((i) => i.concept)).size} concepts, ${size} px`);
