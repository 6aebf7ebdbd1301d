// Rasterises the chosen subjects from the icon sets to square RGBA sprites.
//
//   node build_sprites.mjs --packages DIR --out DIR [--size 128]
//
// DIR/node_modules holds the packages of package.json (npm install --ignore-scripts). Writes sprites.bin (RGBA bytes,
// one sprite after another) and sprites.json (subject and style of each). Style names are neutral: they say how a
// picture looks, not who drew it.
import fs from 'node:fs';
import { openSets, readOptions, writeDrawings } from './icon_sets.mjs';

const options = readOptions('build_sprites.mjs', { size: 128 });
const size = Number(options.size);

const STYLES = {
  'fluent-emoji': '3d',
  'fluent-emoji-flat': 'flat',
  noto: 'shaded',
  'noto-v1': 'blob',
  twemoji: 'plain',
  emojione: 'outline',
  fxemoji: 'angular',
};

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

const sets = openSets(options.packages);
const drawings = Object.entries(STYLES).flatMap(([setName, style]) => {
  const set = sets.read(setName);
  return Object.entries(subjects).flatMap(([subject, { icons }]) => {
    const icon = findIcon(set, [...icons, subject.replaceAll(' ', '-')]);
    return icon ? [{ set, icon, about: { subject, style } }] : [];
  });
});
const sprites = await writeDrawings(sets, { out: options.out, size, name: 'sprites' }, drawings);
const perStyle = {};
for (const { style } of sprites) perStyle[style] = (perStyle[style] ?? 0) + 1;
console.log(`${sprites.length} sprites of ${Object.keys(subjects).length} subjects`, perStyle);
