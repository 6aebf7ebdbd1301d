/** Graphs as people export them, from pictures to pictures: callers see bytes whatever is inside. */
import { expect, it } from 'vitest';
import { openDevice } from '../../../src/engine/device.ts';
import { createGraph, type GraphBuilder } from '../../../src/engine/onnx/builder.ts';
import { openPixelNetwork } from '../../../src/engine/pixel-network.ts';
import { aPicture, install, log } from './style/some-models.ts';

type Ends = Parameters<typeof openPixelNetwork>[2];
const UNIT: Ends = { takes: { range: [0, 1] }, gives: { range: [0, 1] } };

async function through(graph: GraphBuilder, ends: Ends = UNIT, picture = aPicture(13, 7)) {
  const folder = install({ m: { manifest: {}, files: { 'model.onnx': graph.bytes() } } });
  const network = await openPixelNetwork(await openDevice({ log }, 'cpu', 1), `${folder}/m/model.onnx`, ends);
  const clock = { runMs: 0 };
  const made = await network.run(picture, clock);
  await network.release();
  expect(clock.runMs).toBeGreaterThan(0);
  return { made, picture, fixed: network.fixed };
}

const DIMS = [1, 3, 'h', 'w'];
const negativeOf = (data: Uint8Array) => data.map((v) => 255 - v);

/** 1 − x */
function negative(opset: number, dims: (number | string)[] = DIMS): GraphBuilder {
  const graph = createGraph({ opset });
  graph.input('image', 'float32', dims);
  graph.output('made', 'float32', dims);
  graph.weight('one', [1], Float32Array.of(1));
  graph.node('Sub', ['one', 'image'], 'made');
  return graph;
}

it.each([7, 9, 11, 13, 17])('of operator set %i', async (opset) => {
  const { made, picture, fixed } = await through(negative(opset));
  expect(made).toEqual(negativeOf(picture.data));
  expect(fixed).toBeUndefined();
});

it('says which size a graph is fixed to, whatever its layout', async () => {
  const size = { width: 13, height: 7 };
  expect((await through(negative(17, [1, 3, 7, 13]))).fixed).toEqual(size);
  expect((await through(negative(17, [1, 7, 13, 3]), { ...UNIT, layout: 'NHWC' })).fixed).toEqual(size);
});

it('of halves: float16 in and out', async () => {
  const graph = createGraph();
  graph.input('image', 'float16', DIMS);
  graph.output('made', 'float16', DIMS);
  graph.weight('one', [1], Float32Array.of(1), 'float16');
  graph.node('Sub', ['one', 'image'], 'made');
  const { made, picture } = await through(graph);
  expect(made).toEqual(negativeOf(picture.data)); // eleven bits are enough for eight
});

it('of an export that lists its weights among its inputs', async () => {
  const graph = createGraph();
  graph.weight('one', [1], Float32Array.of(1));
  graph.input('one', 'float32', [1]);
  graph.input('image', 'float32', DIMS);
  graph.output('made', 'float32', DIMS);
  graph.node('Sub', ['one', 'image'], 'made');
  const { made, picture } = await through(graph);
  expect(made).toEqual(negativeOf(picture.data));
});

it('of several outputs the one that is named, otherwise the first', async () => {
  const graph = () => {
    const both = negative(17);
    both.output('same', 'float32', DIMS);
    both.node('Identity', ['image'], 'same');
    return both;
  };
  const first = await through(graph());
  const named = await through(graph(), { ...UNIT, gives: { name: 'same', range: [0, 1] } });
  expect(first.made).toEqual(negativeOf(first.picture.data));
  expect(named.made).toEqual(named.picture.data);
});

it('what is beyond black and white is black and white; halves go to the even byte', async () => {
  const graph = createGraph();
  graph.input('image', 'float32', DIMS);
  graph.output('made', 'float32', DIMS);
  graph.weight('twice', [1], Float32Array.of(2));
  graph.weight('down', [1], Float32Array.of(-100.5));
  graph.node('Add', [graph.node('Mul', ['image', 'twice'], 'doubled'), 'down'], 'made');
  const ends: Ends = { takes: { range: [0, 255] }, gives: { range: [0, 255] } };
  const { made, picture } = await through(graph, ends);
  expect(made).toEqual(new Uint8Array(Uint8ClampedArray.from(picture.data, (v) => 2 * v - 100.5).buffer));
});
