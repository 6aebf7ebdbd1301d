// What the classifier says of a folder of harmless pictures: how near our own art comes to the thresholds.
//
//   node measure.mjs --pictures DIR        (run where onnxruntime-node and sharp are installed)
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { pictures: { type: 'string' } } });
const require = createRequire(path.join(process.cwd(), 'package.json'));
const { InferenceSession, Tensor } = require('onnxruntime-node');
const sharp = require('sharp');

const folder = new URL('../../picture-safety/', import.meta.url);
const { labels, graph } = JSON.parse(fs.readFileSync(new URL('model.json', folder), 'utf8'));
const session = await InferenceSession.create(fs.readFileSync(new URL(graph.file, folder)), { intraOpNumThreads: 1 });

const rows = [];
let spent = 0;
for (const name of fs.readdirSync(options.pictures).filter((f) => /\.(png|jpe?g|webp)$/.test(f))) {
  const pixels = await sharp(path.join(options.pictures, name))
    .removeAlpha()
    .resize(graph.size, graph.size, { fit: 'fill' })
    .raw()
    .toBuffer();
  const image = Float32Array.from(pixels, (v) => v / 255);
  const begun = performance.now();
  const out = await session.run({ [graph.input]: new Tensor('float32', image, [1, graph.size, graph.size, 3]) });
  spent += performance.now() - begun;
  rows.push({ name, values: [...out[graph.output].data] });
}
const quantile = (values, p) => values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))].toFixed(3);
const show = (title, value) => {
  const values = rows.map(({ values: v }) => value(v));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  console.log(`${title.padEnd(15)} mean ${mean.toFixed(3)}  p50 ${quantile(values, 0.5)}  p99 ${quantile(values, 0.99)}  max ${quantile(values, 1)}`);
};
console.log(`n ${rows.length}, ${(spent / rows.length).toFixed(1)} ms each`);
labels.forEach((label, i) => show(label, (v) => v[i]));
show('Hentai + Porn', (v) => v[1] + v[3]);
for (const { name, values } of rows.sort((a, b) => b.values[1] + b.values[3] - a.values[1] - a.values[3]).slice(0, 3))
  console.log(name, values.map((v) => v.toFixed(3)).join(' '));
