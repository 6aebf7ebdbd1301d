/** ONNX files: read, written, run by the runtime that they are for. */
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { createGraph } from '../../../../src/engine/onnx/builder.ts';
import { fromFloats, toFloats } from '../../../../src/engine/onnx/elements.ts';
import { inlineBytes } from '../../../../src/engine/onnx/initializer.ts';
import { readModel, writeModel } from '../../../../src/engine/onnx/model.ts';
import { float, withInputs } from '../../../../src/engine/onnx/node.ts';
import { join } from '../../../../src/engine/onnx/wire.ts';

const parts = ['unet', 'text_encoder', 'vae_decoder', 'vae_encoder'];
const bytesOf = (part: string) => readFileSync(`models/sticker-diffusion/${part}/model.onnx`);

it.each(parts)('reading and writing the built-in %s gives its very bytes', (part) => {
  const bytes = bytesOf(part);
  expect(Buffer.from(join(writeModel(readModel(bytes)))).equals(bytes)).toBe(true);
});

it('knows inputs, outputs, operations and weights by name', () => {
  const { inputs, outputs, nodes, initializers, opsets } = readModel(bytesOf('unet'));
  expect(inputs.map(({ name, type }) => [name, type])).toEqual([
    ['sample', 'float32'],
    ['timestep', 'float32'],
    ['encoder_hidden_states', 'float32'],
  ]);
  expect(inputs[0]!.dims).toEqual(['batch', 8, 'height', 'width']);
  expect(outputs[0]!.name).toBe('out_sample');
  expect(opsets.get('')).toBe(14);
  const conv = nodes.find(({ op }) => op === 'Conv')!;
  expect(conv.attributes.get('kernel_shape')?.ints).toHaveLength(2);
  const half = initializers.find(({ type }) => type === 'float16')!;
  expect(inlineBytes(half)!.length).toBe(2 * half.dims.reduce((a, b) => a * b));
});

it('keeps what it does not understand', () => {
  const bytes = bytesOf('vae_encoder');
  const unknown = Uint8Array.of(0xfa, 0x3f, 3, 1, 2, 3); // field 1023, three bytes
  const longer = Buffer.concat([bytes, unknown]);
  expect(Buffer.from(join(writeModel(readModel(longer)))).equals(longer)).toBe(true);
});

it('changes one operation and leaves the rest of it alone', () => {
  const { nodes } = readModel(bytesOf('unet'));
  const conv = nodes.find(({ op }) => op === 'Conv')!;
  const other = withInputs(conv, ['other', ...conv.inputs.slice(1)]);
  expect(other).toMatchObject({ op: 'Conv', name: conv.name, outputs: conv.outputs, attributes: conv.attributes });
  expect(other.inputs[0]).toBe('other');
});

it('writes graphs the runtime runs', async () => {
  const graph = createGraph({ name: 'small', opset: 17 });
  graph.input('x', 'float32', ['batch', 2]);
  graph.output('y', 'float32', ['batch', 2]);
  graph.weight('w', [2, 2], Float32Array.of(1, 2, 3, 4), 'float16');
  graph.node('Cast', ['w'], 'wide', { to: 1 });
  graph.node('MatMul', ['x', 'wide'], 'm');
  graph.node('LeakyRelu', ['m'], 'y', { alpha: float(0.5) });
  const session = await ort.InferenceSession.create(graph.bytes());
  const { y } = await session.run({ x: new ort.Tensor('float32', [1, 0, -1, -1], [2, 2]) });
  expect([...(y!.data as Float32Array)]).toEqual([1, 2, -2, -3]);
  expect(session.inputMetadata[0]).toMatchObject({ name: 'x', shape: ['batch', 2] });
  await session.release();
});

it.each(['float32', 'float16', 'bfloat16', 'float64'] as const)(
  '%s numbers survive the way to float32 and back',
  (type) => {
    const values = Float32Array.of(0, -0, 1, -1.5, 0.25, 65504, -(2 ** -14), Number.POSITIVE_INFINITY);
    const kept = type === 'bfloat16' ? values.map((v) => (v === 65504 ? 65536 : v)) : values;
    const bytes = fromFloats(type, values);
    expect([...toFloats(type, bytes)]).toEqual([...kept]);
    expect(fromFloats(type, toFloats(type, bytes))).toEqual(bytes);
  },
);

describe('refuses with model_corrupt', () => {
  const refused = (bytes: Uint8Array) => {
    try {
      readModel(bytes);
    } catch (error) {
      return error instanceof AppError ? error.code : error;
    }
    return 'accepted';
  };
  it('a file cut anywhere', () => {
    const graph = createGraph();
    graph.input('x', 'float32', [1]);
    graph.output('y', 'float32', [1]);
    graph.node('Identity', ['x'], 'y');
    const bytes = graph.bytes();
    const answers = new Set(Array.from({ length: bytes.length - 6 }, (_, i) => refused(bytes.subarray(0, i))));
    expect(answers).toEqual(new Set(['model_corrupt']));
  });
  it('noise and text', () => {
    expect(refused(Buffer.from('version https://git-lfs.github.com/spec/v1'))).toBe('model_corrupt');
    expect(refused(new Uint8Array(64).fill(255))).toBe('model_corrupt');
  });
  it('external data outside the folder', () => {
    for (const location of ['/etc/passwd', '../secret', 'a/../../b', '..\\c']) {
      const graph = createGraph();
      graph.external('w', 'float32', [1], { location, offset: 0, length: 4 });
      expect(refused(graph.bytes()), location).toBe('model_corrupt');
    }
  });
});
