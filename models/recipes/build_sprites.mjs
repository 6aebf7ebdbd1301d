// Rasterises the chosen subjects from the icon sets to square RGBA sprites.
//
//   node build_sprites.mjs --packages DIR --out DIR [--size 128]
//
// DIR/node_modules holds the packages of package.json (npm install --ignore-scripts). Writes sprites.bin (RGBA bytes,
// one sprite after another) and sprites.json (subject and style of each). Style names are neutral: they say how a
// picture looks, not who drew it.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string', default: '.' },
    out: { type: 'string', default: '.' },
    size: { type: 'string', default: '128' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log('node build_sprites.mjs --packages DIR --out DIR [--size 128]');
  process.exit(0);
}

const STYLES = {
  'fluent-emoji': '3d',
  'fluent-emoji-flat': 'flat',
  noto: 'shaded',
  'noto-v1': 'blob',
  twemoji: 'plain',
  emojione: 'outline',
  fxemoji: 'angular',
};

const packages = path.resolve(options.packages);
const require = createRequire(path.join(packages, 'package.json'));
const sharp = require('sharp');
const size = Number(options.size);
const subjects = JSON.parse(fs.readFileSync(new URL('subjects.json', import.meta.url), 'utf8'));

/** The icon of the first name that the set has, directly or through an alias that does not turn it. */
function findIcon(set, names) {
  for (const name of names.flatMap((n) => [n, n.replaceAll('-', '')])) {
    if (set.icons[name]) return set.icons[name];
    const alias = set.aliases?.[name];
    if (alias && !alias.rotate && !alias.hFlip && set.icons[alias.parent]) return set.icons[alias.parent];
  }
  return undefined;
}

/** A square SVG document around an icon's body. */
function squareSvg(set, icon) {
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const side = Math.max(width, height);
  const x = (icon.left ?? set.left ?? 0) - (side - width) / 2;
  const y = (icon.top ?? set.top ?? 0) - (side - height) / 2;
  const head = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return { side, text: `<svg ${head} width="${side}" height="${side}" viewBox="${x} ${y} ${side} ${side}">${icon.body}</svg>` };
}

const pixels = [];
const index = [];
for (const [setName, style] of Object.entries(STYLES)) {
  const set = JSON.parse(fs.readFileSync(require.resolve(`@iconify-json/${setName}/icons.json`), 'utf8'));
  for (const [subject, { icons }] of Object.entries(subjects)) {
    const plainName = subject.replaceAll(' ', '-');
    const icon = findIcon(set, [...icons, plainName]);
    if (!icon) continue;
    const svg = squareSvg(set, icon);
    try {
      const raw = await sharp(Buffer.from(svg.text), { density: (72 * size) / svg.side })
        .resize(size, size, { fit: 'fill' })
        .ensureAlpha()
        .raw()
        .toBuffer();
      pixels.push(raw);
      index.push({ subject, style });
    } catch (error) {
      console.error(`left out: ${subject} (${setName}): ${error.message}`);
    }
  }
}
fs.mkdirSync(options.out, { recursive: true });
fs.writeFileSync(path.join(options.out, 'sprites.bin'), Buffer.concat(pixels));
fs.writeFileSync(path.join(options.out, 'sprites.json'), JSON.stringify({ size, sprites: index }));
const perStyle = {};
for (const { style } of index) perStyle[style] = (perStyle[style] ?? 0) + 1;
console.log(`${index.length} sprites of ${Object.keys(subjects).length} subjects`, perStyle);
