/** One control of a recipe, opened: by its form it gives residuals, features, tokens, or a hint to a network that has all inside. */
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Installed } from '../catalogue.ts';
import { createBatcher, rowLimits } from '../diffusion/batcher.ts';
import type { Checkpoint } from '../diffusion/checkpoint.ts';
import type { Residuals } from '../diffusion/predictor.ts';
import { intrablockShapes, residualShapes } from '../diffusion/residual-shapes.ts';
import type { ManifestOf } from '../manifest.ts';
import { openNetwork, type Port } from '../network.ts';
import { renamed } from '../rename.ts';
import { createControlNet } from './control-net.ts';
import type { Control, ControlDeps, ControlPicture } from './control-picture.ts';
import type { Steering } from './controlled.ts';
import { createIpAdapter, type ImageTokens } from './ip-adapter.ts';
import type { Drawer } from './own-unet.ts';
import { shapesOf } from './residuals.ts';
import { createT2iAdapter } from './t2i-adapter.ts';

interface Surroundings {
  checkpoint: Checkpoint;
  /** The network that will take what the control gives. */
  drawer: Drawer;
  picture: ControlPicture;
}

type Opener = (
  deps: ControlDeps,
  control: Control,
  installed: Installed<ManifestOf<'control'>> & { graph: string },
  surroundings: Surroundings,
) => Promise<Steering['give']>;

export async function openSteering(
  deps: ControlDeps,
  control: Control,
  installed: Installed<ManifestOf<'control'>>,
  surroundings: Surroundings,
): Promise<Steering> {
  const { weight, from, to, guess } = control;
  const { form, graph } = installed.manifest;
  const give =
    graph.file === undefined
      ? inside(control, installed, surroundings)
      : await OPENERS[form](deps, control, { ...installed, graph: graph.file }, surroundings);
  return { weight, from, to, guess, give };
}

const isIntrablock = ({ name }: Port) => name.startsWith('down_intrablock');

const openControlNet: Opener = async ({ open }, _, { graph, ...installed }, { checkpoint, drawer, picture }) => {
  const { vae, channels } = checkpoint;
  const ports = drawer.takes.residuals.filter((port) => !isIntrablock(port));
  const shapes = (height: number, width: number) =>
    shapesOf(ports, residualShapes(drawer.config, height, width), height, width);
  const net = await open(
    installed,
    async (device, { folder, manifest }) => {
      const network = await openNetwork(device, join(folder, graph));
      const facts = { model: manifest.name, factor: vae.factor, channels, shapes };
      const controlNet = createControlNet(renamed(network, manifest.names.graph), facts);
      return {
        residuals: createBatcher(device.turns, controlNet, rowLimits(device.threads, device.name)),
        release: network.release,
      };
    },
    `/${graph}`,
  );
  return async (row, weight) => {
    if (weight === 0) return {};
    const { data } = await picture.hint(row.height, row.width);
    return { residuals: await net.residuals({ ...row, hint: data as Float32Array }) };
  };
};

const openT2iAdapter: Opener = async ({ open, clock }, _, { graph, ...installed }, { drawer, picture }) => {
  const adapter = await open(
    installed,
    async (device, { folder, manifest }) =>
      createT2iAdapter(renamed(await openNetwork(device, join(folder, graph)), manifest.names.graph), manifest.name),
    `/${graph}`,
  );
  // Its features come behind the places of ControlNets, which it leaves empty.
  const ports = drawer.takes.residuals.filter(isIntrablock);
  const before = drawer.takes.residuals.length - ports.length;
  const made = new Map<string, Promise<Residuals>>();
  const make = async (height: number, width: number): Promise<Residuals> => {
    const shapes = shapesOf(ports, intrablockShapes(drawer.config, height, width), height, width);
    const features = await adapter.features(await picture.hint(height, width), shapes, clock);
    return [...Array<undefined>(before).fill(undefined), ...features];
  };
  return async ({ height, width }, weight) => {
    if (weight === 0) return {};
    const key = `${height}×${width}`;
    const residuals = made.get(key) ?? make(height, width);
    made.set(key, residuals);
    return { residuals: await residuals };
  };
};

const openIpAdapter: Opener = async ({ open, clock }, { weight: full }, { graph, ...installed }, { picture }) => {
  const { projection, tokens: as } = installed.manifest;
  const adapter = await open(
    installed,
    async (device, { folder, manifest }) => {
      const encoder = renamed(await openNetwork(device, join(folder, graph)), manifest.names.graph);
      const second = projection ? await openNetwork(device, join(folder, projection)) : undefined;
      return createIpAdapter({ encoder, projection: second }, manifest.graph, manifest.name);
    },
    `/${graph}`,
  );
  const whole = await picture.whole();
  const some: ImageTokens = await adapter.tokens(whole, full, clock);
  const none: ImageTokens = await adapter.tokens(whole, 0, clock);
  // The negative prompt's row sees no picture, and neither does one outside its range: but it does see tokens.
  return async (_, weight, { positive }) => ({ tokens: { as, tokens: positive && weight !== 0 ? some : none } });
};

const OPENERS: Readonly<Record<ManifestOf<'control'>['form'], Opener>> = {
  controlnet: openControlNet,
  't2i-adapter': openT2iAdapter,
  'ip-adapter': openIpAdapter,
};

/** ControlNets inside the U-Net: the hint goes to the place that its kind has there. */
function inside(
  { hint, guess }: Control,
  { manifest }: Installed<ManifestOf<'control'>>,
  { picture }: Surroundings,
): Steering['give'] {
  const place = Math.max(0, manifest.hint.indexOf(hint));
  if (guess)
    throw new AppError(
      'invalid_request',
      `${manifest.name} has its ControlNet inside the U-Net, where it cannot be weakened layer by layer. Leave guess mode out.`,
    );
  return async ({ height, width }, weight) => {
    if (weight === 0) return {};
    return { hint: { place, data: (await picture.hint(height, width)).data as Float32Array } };
  };
}
