/** The skip connections of a diffusers U-Net: what a ControlNet has to match. Zhang et al. 2023, figure 3. */
import type { PredictorConfig } from './layout.ts';

/** [channels, height, width] of each, shallow first, the middle block's last. Without a configuration: Stable Diffusion 1.5's. */
export function residualShapes(
  { block_out_channels: blocks = [320, 640, 1280, 1280], layers_per_block: layers = 2 }: PredictorConfig,
  height: number,
  width: number,
): [number, number, number][] {
  let [h, w] = [height, width];
  const shapes: [number, number, number][] = [[blocks[0]!, h, w]];
  for (const [i, channels] of blocks.entries()) {
    const count = typeof layers === 'number' ? layers : layers[i]!;
    for (let layer = 0; layer < count; layer++) shapes.push([channels, h, w]);
    if (i === blocks.length - 1) break; // the last block does not shrink
    [h, w] = [Math.ceil(h / 2), Math.ceil(w / 2)];
    shapes.push([channels, h, w]);
  }
  return [...shapes, [blocks.at(-1)!, h, w]];
}

/** The blocks' own outputs before they shrink: what a T2I-Adapter has to match. Mou et al. 2023. */
export const intrablockShapes = (
  { block_out_channels: blocks = [320, 640, 1280, 1280] }: PredictorConfig,
  height: number,
  width: number,
): [number, number, number][] =>
  blocks.map((channels, i) => [channels, Math.ceil(height / 2 ** i), Math.ceil(width / 2 ** i)]);
