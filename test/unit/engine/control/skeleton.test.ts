import { expect, it } from 'vitest';
import { createPose } from '../../../../src/engine/control/pose.ts';
import { drawSkeletons } from '../../../../src/engine/control/skeleton.ts';
import type { Network } from '../../../../src/engine/network.ts';
import { at, drawn, lit } from './a-picture.ts';

/** Answers these keypoints whatever it is shown. */
const network = (keypoints: number[]): Network => ({
  inputs: [{ name: 'image', type: 'float32', shape: [1, 3, 64, 64] }],
  outputs: [{ name: 'keypoints', type: 'float32', shape: [1, 1, 17, 3] }],
  run: async () => ({ keypoints: Float32Array.from(keypoints) }),
  release: async () => {},
});
const manifest = {
  graph: { file: 'model.onnx', range: [0, 1] as [number, number], size: 64, mean: [0, 0, 0], std: [1, 1, 1] },
  ...{ gives: 'keypoints', joints: 'coco', threshold: 0.3 },
} as unknown as Parameters<typeof createPose>[1];

it('joins the shoulders at a neck that COCO does not have', async () => {
  const [LEFT, RIGHT] = [5, 6];
  const points = Array.from({ length: 17 }, (_, k) =>
    k === LEFT ? [0.5, 0.75, 0.9] : k === RIGHT ? [0.5, 0.25, 0.9] : [0.1, 0.1, 0],
  );
  const pose = await createPose(network(points.flat()), manifest).hint(
    drawn(128, 128, () => [0, 0, 0]),
    { runMs: 0 },
  );
  const rows = lit(pose);
  expect(Math.min(...rows.map(([x]) => x))).toBe(31);
  expect(Math.max(...rows.map(([x]) => x))).toBe(97);
  for (const [, y] of rows) expect(Math.abs(y - 64)).toBeLessThanOrEqual(1);
  expect(at(pose, 64, 64)).toEqual([255, 85, 0]); // the neck
  expect(at(pose, 45, 64)).toEqual([153, 0, 0]); // to the right shoulder
  expect(at(pose, 80, 64)).toEqual([153, 51, 0]); // to the left one
});

it('draws several people, and no limb to a joint that is not seen', () => {
  const person = (x: number) =>
    Array.from({ length: 18 }, (_, k) => (k < 2 ? { x, y: 20 + 20 * k, score: 1 } : undefined));
  const columns = new Set(lit(drawSkeletons([person(30), person(90)], 128, 128)).map(([x]) => Math.round(x / 10) * 10));
  expect(columns).toEqual(new Set([30, 90]));
});
