// Rasterises every concept that at least three icon sets draw: what the feature net learns to tell apart.
//
//   node build_icons.mjs --packages DIR --out DIR [--size 72]
//
// DIR/node_modules holds the packages of ../package.json. Writes icons.bin (RGBA bytes, one icon after another) and
// icons.json (concept and set of each).
import { openSets, readOptions, SETS, writeDrawings } from '../icon_sets.mjs';

const options = readOptions('build_icons.mjs', { size: 72 });
const size = Number(options.size);
// Skin tones, flags and lettered squares would be most of the sets and teach little else.
const LEFT_OUT = /skin-tone|flag|keycap|-(light|medium|dark)|input-|squared|button|-oclock|thirty|letter/;
const FEWEST_SETS = 3;

const sets = openSets(options.packages);

/** concept -> set -> drawing; sets write the same name with and without hyphens. */
const concepts = new Map();
for (const name of SETS) {
  const set = sets.read(name);
  for (const [iconName, icon] of Object.entries(set.icons)) {
    if (LEFT_OUT.test(iconName)) continue;
    const concept = iconName.replaceAll('-', '');
    if (!concepts.has(concept)) concepts.set(concept, new Map());
    concepts.get(concept).set(name, { set, icon, about: { concept, set: name } });
  }
}

const drawings = [...concepts]
  .sort(([a], [b]) => a.localeCompare(b))
  .flatMap(([, drawings]) => (drawings.size < FEWEST_SETS ? [] : [...drawings.values()]));
const icons = await writeDrawings(sets, { out: options.out, size }, drawings);
console.log(`${icons.length} icons of ${new Set(icons.map((i) => i.concept)).size} concepts, ${size} px`);
