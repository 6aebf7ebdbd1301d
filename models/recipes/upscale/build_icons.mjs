// Rasterises icons large enough to learn enlarging from: 384 px, the width of the largest sprite in a 512 px picture.
//
//   node build_icons.mjs --packages DIR --out DIR [--size 384] [--count 1500]
//
// DIR/node_modules holds the packages of ../package.json. Writes icons.bin (RGBA bytes, one icon after another) and
// icons.json (set and name of each). The model's own subjects come first, then others in the order of their hash.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { openSets, readOptions, SETS, writeDrawings } from '../icon_sets.mjs';

const options = readOptions('build_icons.mjs', { size: 384, count: 1500 });
const size = Number(options.size);
// Skin tones and flags would be most of the sets and teach nothing about edges that the rest does not.
const LEFT_OUT = /skin-tone|flag|keycap|-(light|medium|dark)|input-|squared|button|clock-|-oclock|thirty/;

const subjects = JSON.parse(fs.readFileSync(new URL('../subjects.json', import.meta.url), 'utf8'));
const wanted = new Set(Object.entries(subjects).flatMap(([name, { icons }]) => [name.replaceAll(' ', '-'), ...icons]));
const order = ({ set, name }) => crypto.createHash('sha256').update(set + name).digest('hex');

const sets = openSets(options.packages);
const drawings = SETS.flatMap((setName) => {
  const set = sets.read(setName);
  return Object.entries(set.icons).map(([name, icon]) => ({ set, icon, about: { set: setName, name } }));
})
  .filter(({ about }) => !LEFT_OUT.test(about.name))
  .sort((a, b) => wanted.has(b.about.name) - wanted.has(a.about.name) || order(a.about).localeCompare(order(b.about)))
  .slice(0, Number(options.count));
const icons = await writeDrawings(sets, { out: options.out, size }, drawings);
console.log(`${icons.length} icons of ${size} px, ${icons.filter(({ name }) => wanted.has(name)).length} of them subjects`);
