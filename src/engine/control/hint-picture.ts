/** Hints by name: by formula, or by a depth or pose model where one is installed. */
import { join } from 'node:path';
import type { Picture } from '../../core/picture.ts';
import type { Catalogue } from '../catalogue.ts';
import { type Clock, openNetwork } from '../network.ts';
import type { OpenModel } from '../opening.ts';
import { createDepth } from './depth.ts';
import { isHintName, needsModel, unknownHint } from './hint-names.ts';
import { hintMakers } from './hints/index.ts';
import { createPose } from './pose.ts';

export interface HintDeps {
  catalogue: Pick<Catalogue, 'of'>;
  open: OpenModel;
}

/** Of the picture's own size. Throws invalid_request for an unknown name, model_missing with what to install. */
export async function hintPicture(
  { catalogue, open }: HintDeps,
  picture: Picture,
  name: string,
  clock: Clock,
): Promise<Picture> {
  if (!isHintName(name)) throw unknownHint(name);
  if (name === 'depth') {
    const [installed] = catalogue.of('depth');
    if (!installed) throw needsModel(name);
    const depth = await open(installed, async (device, { folder, manifest }) =>
      createDepth(await openNetwork(device, join(folder, manifest.graph.file)), manifest),
    );
    return depth.hint(picture, clock);
  }
  if (name === 'pose') {
    const [installed] = catalogue.of('pose');
    if (!installed) throw needsModel(name);
    const pose = await open(installed, async (device, { folder, manifest }) =>
      createPose(await openNetwork(device, join(folder, manifest.graph.file)), manifest),
    );
    return pose.hint(picture, clock);
  }
  return hintMakers[name](picture);
}
