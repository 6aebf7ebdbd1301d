// Rasterises the icons of one design that exist in two manners: shaded (gradients, light) and flat (plain fills).
//
//   node build_icons.mjs --packages DIR --out DIR [--size 128]
//
// DIR/node_modules holds the packages of ../package.json. Writes icons.bin (RGBA bytes, one icon after another) and
// icons.json (name and manner of each). Training never uses that two icons have one name; measuring does.
import { openSets, readOptions, writeDrawings } from '../icon_sets.mjs';

const options = readOptions('build_icons.mjs', { size: 128 });
const size = Number(options.size);
const MANNERS = { 'fluent-emoji': 'shaded', 'fluent-emoji-flat': 'flat' };
// Skin tones, flags and lettered squares would be most of the sets and look nearly the same in both manners.
const LEFT_OUT = /skin-tone|flag|keycap|-(light|medium|dark)|input-|squared|button|-oclock|thirty|letter/;

const sets = openSets(options.packages);
const drawings = Object.entries(MANNERS).flatMap(([setName, manner]) => {
  const set = sets.read(setName);
  return Object.entries(set.icons)
    .filter(([name]) => !LEFT_OUT.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, icon]) => ({ set, icon, about: { name, manner } }));
});
const icons = await writeDrawings(sets, { out: options.out, size }, drawings);
const each = Object.values(MANNERS).map((manner) => `${icons.filter((i) => i.manner === manner).length} ${manner}`);
console.log(`${each.join(', ')}, ${size} px`);
