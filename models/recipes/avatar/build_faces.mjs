// Draws illustrated faces with known attributes: DiceBear's toonHead (Johan Melin, CC BY 4.0), to which this file adds
// glasses and two hair colours of its own.
//
//   node build_faces.mjs --packages DIR --out DIR [--size 128] [--count 8000]
//
// DIR/node_modules holds the packages of package.json. Writes faces.bin (RGB bytes, one face after another) and
// faces.json (the attributes with their values, and which value each face has).
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string', default: '.' },
    out: { type: 'string', default: '.' },
    size: { type: 'string', default: '128' },
    count: { type: 'string', default: '8000' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log('node build_faces.mjs --packages DIR --out DIR [--size 128] [--count 8000]');
  process.exit(0);
}

const packages = path.resolve(options.packages);
const require = createRequire(path.join(packages, 'package.json'));
const load = (name) => import(pathToFileURL(path.join(packages, 'node_modules', name, 'lib/index.js')).href);
const sharp = require('sharp');
const { createAvatar } = await load('@dicebear/core');
const { toonHead } = await load('@dicebear/collection');

const properties = toonHead.schema.properties;
const parts = (name) => properties[name].items.enum;
const colours = (name) => properties[name].default;

/** Attribute -> its values; null means that the face goes without. */
const ATTRIBUTES = {
  background: ['b6e3f4', 'c0aede', 'ffd5dc', 'd1d4f9', 'ffdfbf', '8fd3a5'],
  beard: [null, ...parts('beard')],
  clothes: parts('clothes'),
  clothesColor: colours('clothesColor'),
  eyebrows: parts('eyebrows'),
  eyes: parts('eyes'),
  hair: [null, ...parts('hair')],
  hairColor: [...colours('hairColor'), 'b9bdc4', 'd9577a'],
  mouth: parts('mouth'),
  rearHair: [null, ...parts('rearHair')],
  skinColor: colours('skinColor'),
  glasses: [null, 'round', 'square', 'sunglasses'],
};
/** How often the first value (mostly: without) is drawn; elsewhere all values are equally frequent. */
const FIRST = { beard: 0.55, rearHair: 0.35, glasses: 0.6, hair: 0.1 };

const GLASSES = {
  round: '<g fill="#ffffff" fill-opacity=".25" stroke="#20242c" stroke-width="13"><circle cx="303" cy="408" r="52"/><circle cx="452" cy="408" r="52"/><path fill="none" d="M355 400q22-16 45 0M251 402l-46-14M504 402l46-14"/></g>',
  square: '<g fill="#ffffff" fill-opacity=".25" stroke="#8a2f23" stroke-width="14" stroke-linejoin="round"><rect x="243" y="366" width="116" height="84" rx="14"/><rect x="396" y="366" width="116" height="84" rx="14"/><path fill="none" d="M359 396h37M243 396l-40-10M512 396l40-10"/></g>',
  sunglasses: '<g fill="#15171c" stroke="#15171c" stroke-width="10"><path d="M240 372h124q4 84-62 84t-62-84zM392 372h124q4 84-62 84t-62-84z"/><path fill="none" d="M364 382h28M240 382l-38-6M516 382l38-6"/></g>',
};

/** Mulberry32: the same faces on every machine. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function drawn(face) {
  const choice = { seed: 'face', size: Number(options.size), backgroundColor: [face.background] };
  for (const [name, value] of Object.entries(face)) {
    if (['background', 'glasses'].includes(name)) continue;
    if (['beard', 'hair', 'rearHair'].includes(name)) choice[`${name}Probability`] = value ? 100 : 0;
    if (value) choice[name] = [value];
  }
  const svg = createAvatar(toonHead, choice).toString();
  return face.glasses ? svg.replace(/<\/g><\/svg>\s*$/, `${GLASSES[face.glasses]}</g></svg>`) : svg;
}

const random = generator(7);
const names = Object.keys(ATTRIBUTES);
const size = Number(options.size);
fs.mkdirSync(options.out, { recursive: true });
const file = fs.openSync(path.join(options.out, 'faces.bin'), 'w');
const chosen = [];
for (let i = 0; i < Number(options.count); i++) {
  const indices = names.map((name) => {
    const n = ATTRIBUTES[name].length;
    if (!(name in FIRST)) return Math.floor(random() * n);
    return random() < FIRST[name] ? 0 : 1 + Math.floor(random() * (n - 1));
  });
  const face = Object.fromEntries(names.map((name, j) => [name, ATTRIBUTES[name][indices[j]]]));
  fs.writeSync(file, await sharp(Buffer.from(drawn(face))).resize(size, size).removeAlpha().raw().toBuffer());
  chosen.push(indices);
}
fs.closeSync(file);
fs.writeFileSync(path.join(options.out, 'faces.json'), JSON.stringify({ size, attributes: ATTRIBUTES, first: FIRST, faces: chosen }));
console.log(`${chosen.length} faces of ${size} px, ${names.length} attributes`);
