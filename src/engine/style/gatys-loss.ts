/** What a painting at one scale is judged by: content and style as the feature net sees them, smoothness, and the gamut. */
import type { Clock } from '../network.ts';
import type { FeatureNet, Target } from './features.ts';
import { addBeyondGamut } from './gamut.ts';
import type { Objective } from './objective.ts';
import type { Size } from './planes.ts';
import { addTotalVariation } from './total-variation.ts';

/** Strong enough that hardly a pixel has to be cut off in the end. */
const GAMUT_WEIGHT = 100;

interface Deps {
  net: Pick<FeatureNet, 'loss'>;
  clock: Clock;
  signal: AbortSignal;
}

/** Of planes [3, height, width] in −1…1. */
export const gatysLoss =
  (
    { net, clock, signal }: Deps,
    { target, smoothness, size }: { target: Target; smoothness: number; size: Size },
  ): Objective<Float32Array<ArrayBuffer>> =>
  async (data) => {
    signal.throwIfAborted();
    const { value, slope } = await net.loss({ data, ...size }, target, clock);
    const rough = addTotalVariation(data, size, smoothness, slope);
    return { slope, value: value + rough + addBeyondGamut(data, GAMUT_WEIGHT, slope) };
  };
