/** Colours beyond black and white, which no file can hold, cost: a wall that an optimiser can see from both sides. */

/** Of planes in −1…1: `weight` times the mean of max(0, |x| − 1)²; its slope is added to `slope`. */
export function addBeyondGamut(planes: Float32Array, weight: number, slope: Float32Array): number {
  const share = weight / planes.length;
  let sum = 0;
  for (let i = 0; i < planes.length; i++) {
    const beyond = Math.max(0, Math.abs(planes[i]!) - 1);
    if (beyond === 0) continue;
    sum += beyond * beyond;
    slope[i]! += 2 * share * beyond * Math.sign(planes[i]!);
  }
  return share * sum;
}
