/** Which values a network really meets: measured on the feeds of real runs. */
import type { Device } from '../device.ts';
import { type Feed, openNetwork } from '../network.ts';
import { type Model, value, writeModel } from '../onnx/model.ts';
import { join } from '../onnx/wire.ts';
import { createHistogram, type Range } from './range.ts';

export type Feeds = Readonly<Record<string, Feed>>;

/** Values a call looks at, at most: each comes out of the network whole. */
const AT_ONCE = 24;

/** The range of each of these values over all feeds. `folder` is where the graph's external data lies. */
export async function measureRanges(
  device: Device,
  { model, folder }: { model: Model; folder: string },
  names: readonly string[],
  feeds: readonly Feeds[],
  onRun: () => void = () => {},
): Promise<Map<string, Range>> {
  const ranges = new Map<string, Range>();
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const watched = names.slice(from, from + AT_ONCE);
    const known = new Set(model.outputs.map(({ name }) => name));
    const extra = watched.filter((name) => !known.has(name)).map((name) => value(name, 'float32'));
    const bytes = join(writeModel({ ...model, outputs: [...model.outputs, ...extra] }));
    const network = await openNetwork(device, { model: bytes, folder, dispose: async () => {} });
    try {
      const histograms = new Map(watched.map((name) => [name, createHistogram()]));
      for (const feed of feeds) {
        const results = await network.run(feed, { runMs: 0 });
        for (const [name, histogram] of histograms) histogram.add(results[name]!);
        onRun();
      }
      for (const [name, histogram] of histograms) ranges.set(name, histogram.best());
    } finally {
      await network.release();
    }
  }
  return ranges;
}
