/** Which parts of a network bear integers: each is tried alone, the worst stay in float. */
import type { Device } from '../device.ts';
import { openNetwork } from '../network.ts';
import type { Model } from '../onnx/model.ts';
import { writeModel } from '../onnx/model.ts';
import { join } from '../onnx/wire.ts';
import type { Feeds } from './calibrate.ts';
import type { Quantizer } from './graph.ts';
import type { Quantizable } from './rewrite.ts';

export interface Group {
  name: string;
  members: Quantizable[];
  /** Share of the answer's power that is noise when only this group is of integers. */
  noise: number;
}

const MOST_GROUPS = 40;

/** Groups by module and kind, as fine as is worth the time. */
export function groupByModule(candidates: readonly Quantizable[]): Omit<Group, 'noise'>[] {
  for (const depth of [3, 2, 1]) {
    const groups = groupAt(candidates, depth);
    if (groups.length <= MOST_GROUPS || depth === 1) return groups;
  }
  return [];
}

function groupAt(candidates: readonly Quantizable[], depth: number): Omit<Group, 'noise'>[] {
  const groups = new Map<string, Quantizable[]>();
  for (const [i, each] of candidates.entries()) {
    const scope = each.node.name.split('/').slice(1, -1).slice(0, depth).join('/') || `part ${i >> 4}`;
    const name = `${scope} ${each.kind}`;
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups].map(([name, members]) => ({ name, members }));
}

/** Tries every group on some feeds. `answers` are the float network's. */
export async function measureNoise(
  device: Device,
  quantizer: Quantizer,
  file: string,
  feeds: readonly Feeds[],
  onGroup: (done: number, total: number) => void = () => {},
): Promise<Group[]> {
  const answers = await answersOf(device, file, feeds);
  const groups = groupByModule(quantizer.candidates);
  const measured: Group[] = [];
  for (const group of groups) {
    const model = await quantizer.with(group.members);
    measured.push({ ...group, noise: await noiseOf(device, { model, folder: quantizer.folder }, feeds, answers) });
    onGroup(measured.length, groups.length);
  }
  return measured;
}

/** The largest set of groups whose noise together, as powers of independent noises add, stays below this. */
export function chooseGroups(groups: readonly Group[], most: number): Group[] {
  const chosen: Group[] = [];
  let sum = 0;
  for (const group of [...groups].sort((a, b) => a.noise - b.noise)) {
    if (sum + group.noise > most) break;
    sum += group.noise;
    chosen.push(group);
  }
  return chosen;
}

async function answersOf(
  device: Device,
  source: Parameters<typeof openNetwork>[1],
  feeds: readonly Feeds[],
): Promise<Float32Array[]> {
  const network = await openNetwork(device, source);
  try {
    const answers: Float32Array[] = [];
    for (const feed of feeds) answers.push((await network.run(feed, { runMs: 0 }))[network.outputs[0]!.name]!);
    return answers;
  } finally {
    await network.release();
  }
}

/** Mean over the feeds of |answer − float answer|² ÷ |float answer|². */
async function noiseOf(
  device: Device,
  { model, folder }: { model: Model; folder: string },
  feeds: readonly Feeds[],
  answers: readonly Float32Array[],
): Promise<number> {
  const source = { model: join(writeModel(model)), folder, dispose: async () => {} };
  const others = await answersOf(device, source, feeds);
  return others.reduce((sum, other, i) => sum + share(other, answers[i]!), 0) / others.length;
}

function share(other: Float32Array, answer: Float32Array): number {
  let [noise, power] = [0, 0];
  for (let i = 0; i < answer.length; i++) {
    noise += (other[i]! - answer[i]!) ** 2;
    power += answer[i]! ** 2;
  }
  return noise / power;
}
