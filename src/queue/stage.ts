/** Lanes and engines in the imagination: which job ends next when those that run share the engines (processor sharing). */
import type { Lanes } from '../core/records.ts';

/** Jobs that share the engines, each as fast as any other and none faster than alone. */
export function openStage({ engines, any, light }: Lanes) {
  const who: number[] = [];
  const left: number[] = [];
  const inLight: boolean[] = [];
  let [now, freeAny, freeLight] = [0, any, light];
  return {
    now: () => now,
    isBusy: () => who.length > 0,
    freeAny: () => freeAny,
    freeLight: () => freeLight,
    start(job: number, ms: number, light: boolean) {
      const lane = light && freeLight > 0;
      if (lane) freeLight--;
      else freeAny--;
      who.push(job);
      left.push(ms);
      inLight.push(lane);
    },
    /** On to the end of the first of them, which is answered, or to `at`. */
    advance(at: number): number | undefined {
      const pace = Math.min(1, engines / who.length);
      let first = 0;
      for (let i = 1; i < left.length; i++) if (left[i]! < left[first]!) first = i;
      const ends = who.length > 0 ? now + left[first]! / pace : Number.POSITIVE_INFINITY;
      const until = Math.max(now, Math.min(at, ends));
      for (let i = 0; i < left.length; i++) left[i] = left[i]! - (until - now) * pace;
      now = until;
      if (ends > at) return undefined;
      const [job] = who.splice(first, 1);
      left.splice(first, 1);
      if (inLight.splice(first, 1)[0]) freeLight++;
      else freeAny++;
      return job;
    },
  };
}
