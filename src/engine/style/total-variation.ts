/** How rough a picture is: Rudin, Osher & Fatemi 1992, smoothed where it is flat so that it has a slope everywhere. */

/** The difference of neighbours, in shares of the range −1…1, below which roughness grows like a square. */
const SOFT = 0.02;

/**
 * Of planes [channels, height, width]: the mean of √(∂x² + ∂y² + ε²) − ε, forward differences, 0 across the border.
 * `weight` times its slope is added to `slope`; `weight` times itself is answered.
 */
export function addTotalVariation(
  planes: Float32Array,
  { width, height }: { width: number; height: number },
  weight: number,
  slope: Float32Array,
): number {
  if (weight === 0) return 0;
  const share = weight / planes.length;
  let sum = 0;
  for (let start = 0; start < planes.length; start += width * height)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = start + y * width + x;
        const right = x + 1 < width ? planes[i + 1]! - planes[i]! : 0;
        const below = y + 1 < height ? planes[i + width]! - planes[i]! : 0;
        const rough = Math.sqrt(right * right + below * below + SOFT * SOFT);
        sum += rough - SOFT;
        slope[i]! -= (share * (right + below)) / rough;
        if (x + 1 < width) slope[i + 1]! += (share * right) / rough;
        if (y + 1 < height) slope[i + width]! += (share * below) / rough;
      }
  return share * sum;
}
