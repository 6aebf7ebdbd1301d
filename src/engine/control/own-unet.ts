/** The U-Net of a control's own folder: the diffusion model's with inputs for what controls give, or with ControlNets inside. */
import { dirname, join } from 'node:path';
import { type Additions, modify } from '../adapters/additions.ts';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import { createBatcher, rowLimits } from '../diffusion/batcher.ts';
import type { Checkpoint } from '../diffusion/checkpoint.ts';
import { PredictorConfig, readConfig } from '../diffusion/layout.ts';
import { createUnet } from '../diffusion/unet.ts';
import type { ManifestOf } from '../manifest.ts';
import { openNetwork } from '../network.ts';
import { renamed } from '../rename.ts';

/** What a control needs to know of a network that draws. */
export type Drawer = Pick<Checkpoint, 'predict' | 'takes' | 'config'>;

export async function openOwnUnet(
  device: Device,
  { folder, manifest, ref }: Installed<ManifestOf<'control'>>,
  unet: string,
  { vae, channels, config: base }: Checkpoint,
  additions: Additions,
): Promise<Drawer & { release(): Promise<void> }> {
  const config = (await readConfig(join(folder, dirname(unet)), 'config.json', PredictorConfig, ref.name)) ?? base;
  const { source } = await modify(join(folder, unet), 'unet', additions);
  const network = await openNetwork(device, source);
  const facts = { model: ref.name, config, factor: vae.factor, channels };
  const predictor = createUnet(renamed(network, manifest.names.unet), facts);
  return {
    predict: createBatcher(device.turns, predictor, rowLimits(device.threads, device.name)),
    takes: predictor,
    config,
    release: network.release,
  };
}
