// Icon sets as pixels: what every script shares that rasterises icons.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Those that draw the same things, each in its own manner. */
export const SETS = ['fluent-emoji', 'fluent-emoji-flat', 'noto', 'noto-v1', 'twemoji', 'emojione', 'fxemoji'];

/** What was asked for; `defaults`: options beside --packages and --out, such as { size: 72 }. */
export function readOptions(script, defaults) {
  const asked = Object.entries({ packages: '.', out: '.', ...defaults });
  const options = Object.fromEntries(asked.map(([name, value]) => [name, { type: 'string', default: String(value) }]));
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
  if (values.help) {
    const more = Object.entries(defaults).map(([name, value]) => ` [--${name} ${value}]`);
    console.log(`node ${script} --packages DIR --out DIR${more.join('')}`);
    process.exit(0);
  }
  return values;
}

/** Sets by name, and icons of them as RGBA bytes. DIR/node_modules of `packages` holds both, and sharp. */
export function openSets(packages) {
  const require = createRequire(path.join(path.resolve(packages), 'package.json'));
  const sharp = require('sharp');
  return {
    read: (name) => JSON.parse(fs.readFileSync(require.resolve(`@iconify-json/${name}/icons.json`), 'utf8')),
    /** In the middle of a square of `size` × `size` pixels. */
    draw(set, icon, size) {
      const width = icon.width ?? set.width ?? 16;
      const height = icon.height ?? set.height ?? 16;
      const side = Math.max(width, height);
      const [x, y] = [(icon.left ?? set.left ?? 0) - (side - width) / 2, (icon.top ?? set.top ?? 0) - (side - height) / 2];
      const head = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
      const svg = `<svg ${head} width="${side}" height="${side}" viewBox="${x} ${y} ${side} ${side}">${icon.body}</svg>`;
      return sharp(Buffer.from(svg), { density: (72 * size) / side })
        .resize(size, size, { fit: 'fill' })
        .ensureAlpha()
        .raw()
        .toBuffer();
    },
  };
}

/**
 * Writes `name`.bin, one icon after another, and `name`.json, which says `about` each. `drawings`: { set, icon, about }.
 * Answers what it says; an icon that cannot be drawn is left out, aloud.
 */
export async function writeDrawings({ draw }, { out, size, name = 'icons' }, drawings) {
  fs.mkdirSync(out, { recursive: true });
  const file = fs.openSync(path.join(out, `${name}.bin`), 'w');
  const written = [];
  for (const { set, icon, about } of drawings) {
    try {
      fs.writeSync(file, await draw(set, icon, size));
      written.push(about);
    } catch (error) {
      console.error(`left out: ${Object.values(about).join(', ')}: ${error.message}`);
    }
  }
  fs.closeSync(file);
  fs.writeFileSync(path.join(out, `${name}.json`), JSON.stringify({ size, [name]: written }));
  return written;
}
