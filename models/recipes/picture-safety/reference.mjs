// What the original classifier says of twenty harmless pictures: what the converted one is held against.
//
//   npm install --ignore-scripts --prefix N nsfwjs@4.4.0 @tensorflow/tfjs
//   node reference.mjs --packages N --photographs DIR --out ../../../bench/eval
//
// Writes picture-safety.webp (twenty pictures of 112 px, ten to a row, lossless) and picture-safety.json (what nsfwjs
// answers, run in TensorFlow.js on the pictures enlarged to 224 px by doubling every pixel). The pictures: ten icons on
// plain grounds, five cuttings of photographs from scikit-image's data folder (public domain and CC0), five drawn by
// formula, among them soft shapes of skin colours.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const { values: options } = parseArgs({
  options: { packages: { type: 'string' }, photographs: { type: 'string' }, out: { type: 'string' } },
});
const SIDE = 112;
const COLUMNS = 10;

async function icons() {
  const folder = new URL('../../../bench/eval/', import.meta.url);
  const { sheet, backgrounds } = JSON.parse(fs.readFileSync(new URL('held-out.json', folder), 'utf8'));
  const grounds = Object.values(backgrounds);
  return Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const nth = Math.floor(((i + 0.5) * sheet.sprites.length) / 10);
      const cut = {
        left: (nth % sheet.columns) * sheet.large,
        top: Math.floor(nth / sheet.columns) * sheet.large,
        width: sheet.large,
        height: sheet.large,
      };
      const sprite = await sharp(fs.readFileSync(new URL('sprites.webp', folder))).extract(cut).png().toBuffer();
      const [r, g, b] = grounds[i % grounds.length];
      return sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: { r, g, b } } })
        .composite([{ input: sprite }])
        .removeAlpha()
        .raw()
        .toBuffer();
    }),
  );
}

const photographs = () =>
  Promise.all(
    ['chelsea.png', 'coffee.png', 'rocket.jpg', 'hubble_deep_field.jpg', 'grass.png'].map((name) =>
      sharp(path.join(options.photographs, name)).resize(SIDE, SIDE).toColourspace('srgb').removeAlpha().raw().toBuffer(),
    ),
  );

/** A picture by formula: u and v from -1 to 1 → RGB. */
const drawn = (colour) =>
  Buffer.from(
    Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [u, v] = [i % SIDE, Math.floor(i / SIDE)].map((t) => (2 * t + 1) / SIDE - 1);
      return colour(u, v).map((c) => Math.min(255, Math.max(0, Math.round(c))));
    }).flat(),
  );
const ball = (u, v, x, y, radius) => Math.max(0, 1 - ((u - x) ** 2 + (v - y) ** 2) / radius ** 2);
const skin = (light) => [150 + 90 * light, 100 + 85 * light, 80 + 75 * light];
const formulas = () => [
  drawn((u, v) => skin(Math.sqrt(ball(u, v, -0.2, -0.1, 0.8)))),
  drawn((u, v) => skin(Math.sqrt(ball(u, v, -0.4, 0.1, 0.45)) + Math.sqrt(ball(u, v, 0.4, 0.1, 0.45)))),
  drawn((u, v) => skin(0.5 + 0.5 * Math.sin(3 * u + 2 * v) * Math.cos(2 * v - u))),
  drawn((u, v) => (Math.floor(8 * u) + Math.floor(8 * v)) % 2 ? [240, 240, 240] : [30, 60, 160]),
  drawn((u, v) => [128 + 127 * Math.sin(9 * u * v), 128 + 127 * Math.cos(7 * u), 128 + 127 * Math.sin(5 * v + u)]),
];

const doubled = (pixels) => {
  const out = new Uint8Array(pixels.length * 4);
  for (let y = 0; y < 2 * SIDE; y++)
    for (let x = 0; x < 2 * SIDE; x++)
      for (let c = 0; c < 3; c++) out[(y * 2 * SIDE + x) * 3 + c] = pixels[((y >> 1) * SIDE + (x >> 1)) * 3 + c];
  return out;
};

const require = createRequire(path.join(path.resolve(options.packages), 'package.json'));
const tf = require('@tensorflow/tfjs');
const { load } = require('nsfwjs/core');
const { MobileNetV2MidModel } = require('nsfwjs/models/mobilenet_v2_mid');
await tf.ready();
const original = await load('MobileNetV2Mid', { modelDefinitions: [MobileNetV2MidModel] });

const pictures = [...(await icons()), ...(await photographs()), ...formulas()];
const answers = [];
for (const picture of pictures) {
  const tensor = tf.tensor3d(doubled(picture), [2 * SIDE, 2 * SIDE, 3], 'int32');
  const found = await original.classify(tensor, 5);
  tensor.dispose();
  answers.push(Object.fromEntries(found.map(({ className, probability }) => [className, probability]).sort()));
  console.log(answers.length, JSON.stringify(answers.at(-1)));
}
await sharp({ create: { width: COLUMNS * SIDE, height: (pictures.length / COLUMNS) * SIDE, channels: 3, background: '#fff' } })
  .composite(
    pictures.map((input, i) => ({
      input,
      raw: { width: SIDE, height: SIDE, channels: 3 },
      left: (i % COLUMNS) * SIDE,
      top: Math.floor(i / COLUMNS) * SIDE,
    })),
  )
  .webp({ lossless: true, effort: 6 })
  .toFile(path.join(options.out, 'picture-safety.webp'));
const about = { of: 'nsfwjs 4.4.0, MobileNetV2Mid, in TensorFlow.js', side: SIDE, columns: COLUMNS, answers };
fs.writeFileSync(path.join(options.out, 'picture-safety.json'), `${JSON.stringify(about, null, 1)}\n`);
