// Rasterises the icons of one design that exist in two manners: shaded (gradients, light) and flat (plain fills).
//
//   node build_icons.mjs --packages DIR --out DIR [--size 128]
//
// DIR/node_modules holds the packages of ../package.json. Writes icons.bin (RGBA bytes, one icon after another) and
// icons.json (name and manner of each). Training never uses that two icons have one name; measuring does.
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
  console.log('node build_icons.mjs --packages DIR --out DIR [--size 128]');
  process.exit(0);
}

const MANNERS = { 'fluent-emoji': 'shaded', 'fluent-emoji-flat': 'flat' };
// Skin tones, flags and lettered squares would be most of the sets and look nearly the same in both manners.
const LEFT_OUT = /skin-tone|flag|keycap|-(light|medium|dark)|input-|squared|button|-oclock|thirty|letter/;

const require = createRequire(path.join(path.resolve(options.packages), 'package.json'));
const sharp = require('sharp');
const size = Number(options.size);

fs.mkdirSync(options.out, { recursive: true });
const file = fs.openSync(path.join(options.out, 'icons.bin'), 'w');
const index = [];
for (const [setName, manner] of Object.entries(MANNERS)) {
  const set = JSON.parse(fs.readFileSync(require.resolve(`@iconify-json/${setName}/icons.json`), 'utf8'));
  for (const [name, icon] of Object.entries(set.icons).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (LEFT_OUT.test(name)) continue;
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
      index.push({ name, manner });
    } catch (error) {
      console.error(`left out: ${name} (${setName}): ${error.message}`);
    }
  }
}
fs.closeSync(file);
fs.writeFileSync(path.join(options.out, 'icons.json'), JSON.stringify({ size, icons: index }));
const each = Object.values(MANNERS).map((manner) => `${index.filter((i) => i.manner === manner).length} ${manner}`);
console.log(`${each.join(', ')}, ${size} px`);
