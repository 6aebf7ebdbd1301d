/** Products of integers answer almost what products of floats do. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/core/log.ts';
import { type Device, openDevice } from '../../../../src/engine/device.ts';
import { openNetwork } from '../../../../src/engine/network.ts';
import { createGraph } from '../../../../src/engine/onnx/builder.ts';
import { type Model, writeModel } from '../../../../src/engine/onnx/model.ts';
import { saveModel } from '../../../../src/engine/onnx/save.ts';
import { join as joinBytes } from '../../../../src/engine/onnx/wire.ts';
import { chooseGroups } from '../../../../src/engine/quantize/choose.ts';
import { createQuantizer } from '../../../../src/engine/quantize/graph.ts';
import { toInt8 } from '../../../../src/engine/quantize/int8.ts';
import { createHistogram, toStep } from '../../../../src/engine/quantize/range.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

let device: Device;
beforeAll(async () => {
  device = await openDevice({ log: createLogger('silent') }, 'cpu', 1);
});

const normal = (seed: number, n: number) => createGenerator(seed).randn(n);
const [CHANNELS, SIDE] = [16, 8];
const feed = (seed: number) => ({ x: { data: normal(seed, CHANNELS * SIDE ** 2), dims: [1, CHANNELS, SIDE, SIDE] } });
const FEEDS = [1, 2, 3].map(feed);

/** A convolution with a bias, halves behind a cast, and two folded linear layers that read the same value. */
function aNetwork(inputType: 'float32' | 'float16' = 'float32'): string {
  const graph = createGraph({ opset: 17 });
  graph.input('x', inputType, [1, CHANNELS, SIDE, SIDE]);
  graph.output('y', inputType, [1, SIDE ** 2, 64]);
  graph.weight('conv.weight', [32, CHANNELS, 3, 3], normal(11, 32 * CHANNELS * 9), 'float16');
  graph.weight('conv.bias', [32], normal(12, 32));
  graph.node('Cast', ['conv.weight'], 'conv.wide', { to: 1 });
  graph.node('Conv', ['x', 'conv.wide', 'conv.bias'], 'c', { pads: [1, 1, 1, 1] }, { name: '/conv/Conv' });
  graph.weight('shape', [3], BigInt64Array.of(1n, 32n, -1n));
  graph.node('Reshape', ['c', 'shape'], 'r');
  graph.node('Transpose', ['r'], 't', { perm: [0, 2, 1] });
  graph.weight('onnx::MatMul_1', [32, 64], normal(13, 32 * 64));
  graph.weight('onnx::MatMul_2', [64, 32], normal(14, 32 * 64));
  graph.node('MatMul', ['t', 'onnx::MatMul_1'], 'a', {}, { name: '/to_q/MatMul' });
  graph.node('Transpose', ['onnx::MatMul_2'], 'flipped', { perm: [1, 0] });
  graph.node('MatMul', ['t', 'flipped'], 'b', {}, { name: '/to_k/MatMul' });
  graph.node('Add', ['a', 'b'], 'y');
  const file = join(mkdtempSync(join(tmpdir(), 'atelier-test-')), 'model.onnx');
  writeFileSync(file, graph.bytes());
  return file;
}

async function answer(source: Parameters<typeof openNetwork>[1], of = feed(9)) {
  const network = await openNetwork(device, source);
  const { y } = await network.run(of, { runMs: 0 });
  await network.release();
  return y!;
}
const asSource = (model: Model) => ({ model: joinBytes(writeModel(model)), folder: '/', dispose: async () => {} });
const noise = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / a.reduce((sum, v) => sum + v * v, 0);

describe('a graph of integers', () => {
  it('answers within 0.03 % of the power, each part alone and all together', async () => {
    const file = aNetwork();
    const quantizer = await createQuantizer(device, file, FEEDS);
    const names = quantizer.candidates.map(({ node }) => node.name);
    expect(names).toEqual(['/conv/Conv', '/to_q/MatMul', '/to_k/MatMul']);
    const exact = await answer(file);
    for (const chosen of [...quantizer.candidates.map((each) => [each]), quantizer.candidates]) {
      const share = noise(exact, await answer(asSource(await quantizer.with(chosen))));
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(3e-4);
    }
    expect(await answer(asSource(await quantizer.with([])))).toEqual(exact);
  });

  it('has no float weight of what is of integers, and quantises a value once for all that read it', async () => {
    const quantizer = await createQuantizer(device, aNetwork(), FEEDS);
    const model = await quantizer.with(quantizer.candidates);
    const kept = model.initializers.map(({ name }) => name);
    expect(kept).not.toEqual(expect.arrayContaining(['conv.weight']));
    expect(kept.filter((name) => name.startsWith('onnx::'))).toEqual([]);
    expect(kept).toContain('shape');
    const count = (op: string) => model.nodes.filter((node) => node.op === op).length;
    expect([count('DynamicQuantizeLinear'), count('MatMulInteger'), count('Conv'), count('Cast')]).toEqual([
      1, 2, 1, 2,
    ]);
  });

  it('is refused for exports that compute in halves', async () => {
    await expect(createQuantizer(device, aNetwork('float16'), FEEDS)).rejects.toThrow(/float16/);
  });

  it('is saved in one file or with its weights beside it, with the same answers', async () => {
    const file = aNetwork();
    const quantizer = await createQuantizer(device, file, FEEDS);
    const model = await quantizer.with(quantizer.candidates);
    const answers = [];
    for (const mostInside of [0, 2 ** 20]) {
      const copy = join(mkdtempSync(join(tmpdir(), 'atelier-test-')), 'model.onnx');
      await saveModel(model, quantizer.folder, copy, mostInside);
      answers.push(await answer(copy));
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual(await answer(asSource(model)));
  });
});

describe('8-bit weights', () => {
  it('are at most half a step of their channel away', () => {
    const values = normal(5, 4 * 30).map((v, i) => v * 10 ** (Math.floor(i / 30) - 2));
    const { data, scales } = toInt8(values, 4, 30);
    for (const [i, value] of values.entries()) {
      const step = scales[Math.floor(i / 30)]!;
      expect(Math.abs(data[i]! * step - value)).toBeLessThanOrEqual(step * 0.5001);
    }
  });
  it('of a channel of zeros are zeros', () => {
    expect([...toInt8(new Float32Array(3), 1, 3).data]).toEqual([0, 0, 0]);
  });
});

describe('a range', () => {
  const rangeOf = (...arrays: Float32Array[]) => {
    const histogram = createHistogram();
    for (const values of arrays) histogram.add(values);
    return histogram.best();
  };
  it('is all of an even spread', () => {
    const { low, high } = rangeOf(Float32Array.from({ length: 5000 }, (_, i) => i / 1000 - 2));
    expect([low, high]).toEqual([-2, Math.fround(2.999)]);
  });
  it('leaves a lone outlier out', () => {
    const values = normal(3, 400_000);
    expect(rangeOf(values, Float32Array.of(40)).high).toBeLessThan(30);
  });
  it('is the same in whatever order the numbers came', () => {
    const [small, large] = [normal(1, 1000), normal(2, 1000).map((v) => 7 * v)];
    expect(rangeOf(small, large)).toEqual(rangeOf(large, small));
  });
  it('has zero on a step of its own', () => {
    for (const range of [
      { low: -1, high: 3 },
      { low: 0, high: 5 },
      { low: -2, high: 0 },
      { low: 0, high: 0 },
    ]) {
      const { scale, zero } = toStep(range);
      expect(Number.isInteger(zero) && zero >= 0 && zero <= 255).toBe(true);
      expect(scale).toBeGreaterThan(0);
      expect((0 - zero) * scale + zero * scale).toBe(0);
    }
  });
});

it('parts are of integers from the quietest on, while their noise together stays below the ceiling', () => {
  const groups = [0.4, 0.01, 0.05, 0.02].map((noise, i) => ({ name: `${i}`, members: [], noise }));
  const chosen = (most: number) => chooseGroups(groups, most).map(({ name }) => name);
  expect(chosen(1)).toEqual(['1', '3', '2', '0']);
  expect(chosen(0.079)).toEqual(['1', '3']);
  expect(chosen(0.001)).toEqual([]);
});
