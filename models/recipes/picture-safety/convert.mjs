// Turns the MobileNetV2 classifier of the npm package nsfwjs into one ONNX file with its manifest.
//
//   npm pack nsfwjs@4.4.0 && tar xzf nsfwjs-4.4.0.tgz
//   node convert.mjs --package ./package --out ../../picture-safety
//
// The package keeps its weights as bytes with a scale and a minimum per tensor. They stay bytes: Cast, Mul and Add give
// the floats back, and runtimes fold the three when they load the model. Layouts change from TensorFlow's (NHWC, HWIO)
// to ONNX's (NCHW, OIHW); the input stays NHWC, with one Transpose in front.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createGraph, intAttribute, intsAttribute, textAttribute } from './onnx-writer.mjs';

const { values: options } = parseArgs({ options: { package: { type: 'string' }, out: { type: 'string' } } });
const folder = path.resolve(options.package, 'dist/models/mobilenet_v2_mid');
const require = createRequire(path.join(folder, 'x.cjs'));
const load = (file) => {
  const loaded = require(path.join(folder, file));
  return loaded.default ?? loaded;
};

const LABELS = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']; // the order of nsfwjs' src/nsfw_classes.ts
const { modelTopology, weightsManifest } = load('model.min.js');
const bytes = Buffer.concat([1, 2].map((i) => Buffer.from(load(`group1-shard${i}of2.min.js`), 'base64')));

/** name -> { shape, data, scale, minimum }: data is Uint8Array where the package keeps bytes, else Float32Array. */
const weights = new Map();
let at = 0;
for (const { name, shape, dtype, quantization } of weightsManifest.flatMap((group) => group.weights)) {
  const count = shape.reduce((a, b) => a * b, 1);
  if (quantization && quantization.dtype !== 'uint8') throw new Error(`${name}: ${quantization.dtype} is not expected`);
  const size = quantization ? count : 4 * count;
  const raw = Uint8Array.from(bytes.subarray(at, at + size));
  at += size;
  const data = quantization ? raw : dtype === 'int32' ? new Int32Array(raw.buffer) : new Float32Array(raw.buffer);
  weights.set(name, { shape, data, scale: quantization?.scale, minimum: quantization?.min });
}
if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes of weights are left over`);

const graph = createGraph({ name: 'picture-safety', opset: 17, producer: 'atelier models/recipes/picture-safety' });
const node = graph.node;

/** A constant in ONNX's layout; `order[i]` is where element i of the new layout stands in the old one. */
function constant(name, weight, dims = weight.shape, order = undefined) {
  const data = order ? weight.data.constructor.from(order, (from) => weight.data[from]) : weight.data;
  if (weight.scale === undefined) return graph.constant(name, dims, data);
  if (data.length < 64) return graph.constant(name, dims, Float32Array.from(data, (v) => v * weight.scale + weight.minimum));
  graph.constant(`${name}_bytes`, dims, data);
  graph.constant(`${name}_scale`, [], new Float32Array([weight.scale]));
  graph.constant(`${name}_minimum`, [], new Float32Array([weight.minimum]));
  node('Cast', [`${name}_bytes`], `${name}_cast`, intAttribute('to', 1));
  node('Mul', [`${name}_cast`, `${name}_scale`], `${name}_scaled`);
  return node('Add', [`${name}_scaled`, `${name}_minimum`], name);
}

/** HWIO -> OIHW; depthwise HWIM -> (I·M)1HW. */
function kernel(name, weight, depthwise) {
  const [h, w, i, o] = weight.shape;
  const order = [];
  if (depthwise) for (let c = 0; c < i * o; c++) for (let p = 0; p < h * w; p++) order.push(p * i * o + c);
  else
    for (let b = 0; b < o; b++)
      for (let a = 0; a < i; a++) for (let p = 0; p < h * w; p++) order.push((p * i + a) * o + b);
  return constant(name, weight, depthwise ? [i * o, 1, h, w] : [o, i, h, w], order);
}

const decode = (base64) => Buffer.from(base64, 'base64').toString();
const named = new Map(); // TensorFlow node -> ONNX tensor
const clean = (name) => name.split(':')[0].replace(/^\^/, '');
const tensor = (name) => named.get(clean(name)) ?? clean(name);
graph.constant('zero', [], new Float32Array([0]));
graph.constant('six', [], new Float32Array([6]));

function activation(x, name, operations) {
  let last = x;
  for (const operation of operations)
    if (operation === 'Relu6') last = node('Clip', [last, 'zero', 'six'], `${name}_relu6`);
    else if (operation === 'Relu') last = node('Relu', [last], `${name}_relu`);
    else if (operation !== 'BiasAdd') throw new Error(`${name}: ${operation} is not expected`);
  return last;
}

const padding = (attributes) => {
  const wanted = attributes.padding ? decode(attributes.padding.s) : '';
  if (wanted === 'EXPLICIT') throw new Error('explicit padding is not expected');
  return textAttribute('auto_pad', wanted === 'SAME' ? 'SAME_UPPER' : 'VALID');
};

const CONVERT = {
  Const: () => undefined,
  Placeholder: () => node('Transpose', ['image'], 'nchw', intsAttribute('perm', [0, 3, 1, 2])),
  Identity: ({ input }) => tensor(input[0]),
  Softmax: ({ input }) => node('Softmax', [tensor(input[0])], 'probabilities', intAttribute('axis', -1)),
  Squeeze({ name, input }) {
    graph.constant(`${name}_axes`, [2], new BigInt64Array([2n, 3n]));
    return node('Squeeze', [tensor(input[0]), `${name}_axes`], name);
  },
  AvgPool({ name, input, attr }) {
    const [ksize, strides] = [attr.ksize, attr.strides].map(({ list }) => list.i.slice(1, 3).map(Number));
    return node('AveragePool', [tensor(input[0])], name, intsAttribute('kernel_shape', ksize), intsAttribute('strides', strides), padding(attr));
  },
  _FusedConv2D: convolution,
  FusedDepthwiseConv2dNative: convolution,
  _FusedMatMul({ name, input, attr }) {
    const [w, b] = [1, 2].map((i) => weights.get(clean(input[i])));
    const out = node('Gemm', [tensor(input[0]), constant(`${name}_weights`, w), constant(`${name}_bias`, b)], name);
    return activation(out, name, attr.fused_ops.list.s.map(decode));
  },
  Mul: arithmetic,
  Sub: arithmetic,
  AddV2: arithmetic,
};

function convolution({ name, op, input, attr }) {
  const weight = weights.get(clean(input[1]));
  const depthwise = op !== '_FusedConv2D';
  const out = node(
    'Conv',
    [tensor(input[0]), kernel(`${name}_kernel`, weight, depthwise), constant(`${name}_bias`, weights.get(clean(input[2])))],
    name,
    intsAttribute('strides', attr.strides.list.i.slice(1, 3).map(Number)),
    intsAttribute('kernel_shape', weight.shape.slice(0, 2)),
    intAttribute('group', depthwise ? weight.shape[2] : 1),
    padding(attr),
  );
  return activation(out, name, attr.fused_ops.list.s.map(decode));
}

function arithmetic({ name, op, input }) {
  const inputs = input.map((i) => {
    const weight = weights.get(clean(i));
    if (!weight) return tensor(i);
    if (weight.shape.length > 1 && weight.data.length > 1) throw new Error(`${i}: shape ${weight.shape} is not expected`);
    return constant(clean(i), weight, weight.data.length === 1 ? [] : [weight.data.length, 1, 1]);
  });
  return node({ Mul: 'Mul', Sub: 'Sub', AddV2: 'Add' }[op], inputs, name);
}

for (const each of modelTopology.node) {
  if (!CONVERT[each.op]) throw new Error(`${each.name}: ${each.op} is not expected`);
  named.set(each.name, CONVERT[each.op]({ attr: {}, input: [], ...each }));
}
const model = graph.bytes({
  input: { name: 'image', dims: ['batch', 224, 224, 3] },
  output: { name: 'probabilities', dims: ['batch', LABELS.length] },
});

fs.mkdirSync(options.out, { recursive: true });
fs.writeFileSync(path.join(options.out, 'model.onnx'), model);
const listed = (file) => {
  const content = fs.readFileSync(path.join(options.out, file));
  return { path: file, bytes: content.length, sha256: crypto.createHash('sha256').update(content).digest('hex') };
};
const manifest = {
  name: 'picture-safety',
  kind: 'picture-safety',
  title: 'Picture safety',
  version: '1',
  licence: 'MIT',
  source: 'Converted from npm nsfwjs 4.4.0 (mobilenet_v2_mid) by models/recipes/picture-safety',
  card: 'README.md',
  labels: LABELS,
  graph: { file: 'model.onnx', input: 'image', output: 'probabilities', size: 224, layout: 'NHWC', range: [0, 1] },
  files: [listed('model.onnx')],
};
fs.writeFileSync(path.join(options.out, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${model.length.toLocaleString('en')} bytes, ${modelTopology.node.length} nodes`);
