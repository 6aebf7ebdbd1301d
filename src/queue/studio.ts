/** What the bots may ask, answered from the records. */
import type { Address, Platform } from '../core/address.ts';
import type { Courier } from '../core/courier.ts';
import { AppError } from '../core/errors.ts';
import type { GenerationView, ObjectStore, Status } from '../core/records.ts';
import type { Sender, Studio } from '../core/studio.ts';
import type { Broker } from './broker.ts';
import { createHandIn, type HandInDeps } from './hand-in.ts';
import { createIntake, type IntakeDeps, standing, standingOf } from './intake.ts';
import { ownerOf } from './owner.ts';
import type { Turnstile } from './turnstile.ts';

/** One courier per platform that this process speaks. */
export type Couriers = { readonly [P in Platform]?: Courier<P> };

/** The courier for an address, whatever its platform. */
export const courierFor = (couriers: Couriers, { platform }: Address): Courier | undefined =>
  couriers[platform] as Courier | undefined;

export interface StudioDeps extends IntakeDeps {
  broker: Pick<Broker, 'enqueue' | 'publish'>;
  objects: Pick<ObjectStore, 'put' | 'get' | 'delete'>;
  safety: HandInDeps['safety'] & IntakeDeps['safety'];
  limits: HandInDeps['limits'] & IntakeDeps['limits'];
  turnstile: Turnstile;
  /** Asked each time: bots, which bring the couriers, start after the studio they are given. */
  couriers: () => Couriers;
  models: () => { name: string; title: string }[];
  styles: () => { name: string; title: string }[];
  brushes: Studio['brushes'];
  attributes: () => { name: string; title: string }[];
}

const gone = () => new AppError('not_found', 'That picture is no longer here.');

const ENDED: readonly Status[] = ['done', 'failed', 'cancelled'];

export function createStudio(deps: StudioDeps): Studio {
  const { records, broker, objects, log } = deps;

  const find = async (generationId: string): Promise<GenerationView> => {
    const generation = await records.find(generationId);
    if (!generation) throw gone();
    return generation;
  };
  const isOwner = ownerOf(records);
  /** Without reading it: a record of a newer version is its person's all the same. */
  const statusForOwner = async (sender: Sender, generationId: string): Promise<Status> => {
    const found = await records.outline(generationId);
    if (!found) throw gone();
    if (!(await isOwner(sender, found)))
      throw new AppError('not_yours', 'Only the person who asked for it can do that.');
    return found.status;
  };
  const stop = async (generationId: string): Promise<Status> => {
    const status = await records.cancel(generationId);
    if (status === 'running') await broker.publish({ kind: 'cancel', generationId });
    if (status !== 'cancelled') return status;
    await broker.publish({ kind: 'ended', generationId });
    return status;
  };

  return {
    submit: createIntake(deps),
    async cancel(sender, generationId) {
      const status = await statusForOwner(sender, generationId);
      const after = ENDED.includes(status) ? status : await stop(generationId);
      if (ENDED.includes(status) || after === 'done' || after === 'failed')
        throw new AppError('invalid_request', 'That job has already ended.');
    },
    async remove(sender, generationId) {
      const status = await statusForOwner(sender, generationId);
      const { address, keys } = await records.remove(generationId);
      if (!ENDED.includes(status)) await broker.publish({ kind: 'cancel', generationId }); // whoever runs it finds its claim void
      for (const key of keys)
        await objects.delete(key).catch((err) => log.error({ err, key }, 'could not delete a removed picture'));
      if (!address)
        return log.warn({ generationId }, 'a newer version wrote down where it was shown; the message stays');
      const courier = courierFor(deps.couriers(), address);
      await deps.turnstile // after an edit that is under way
        .pass(generationId, async () => courier?.remove(address))
        .catch((err) => log.warn({ err, generationId }, 'could not take the message away'));
    },
    async standing(generationId) {
      const generation = await records.find(generationId);
      return generation && !ENDED.includes(generation.status) ? standing(deps, generationId) : undefined;
    },
    async waiting(sender) {
      const personId = await records.personOf(sender);
      const open = personId ? await records.open(personId) : [];
      if (open.length === 0) return [];
      const stand = await standingOf(
        deps,
        open.map(({ id }) => id),
      );
      return open.map((generation) => ({ ...generation, standing: stand.get(generation.id) ?? { ahead: 0 } }));
    },
    async load() {
      const [waiting, { running, lanes }] = await Promise.all([records.waiting(), records.line({ first: 0 })]);
      return { waiting, running: running.length, ...(lanes && { lanes }) };
    },
    find,
    findByMessage: (platform, message) => records.findByMessage(platform, message),
    async history(sender, { limit = 20, before } = {}) {
      const personId = await records.personOf(sender);
      return personId ? records.history(personId, { limit, ...(before && { before }) }) : [];
    },
    read: (key) => objects.get(key),
    async image(generationId, index) {
      const image = (await find(generationId)).images.find((image) => image.index === index);
      if (!image) throw gone();
      return image;
    },
    isOwner,
    handIn: createHandIn(deps),
    channelBrush: (channel) => records.channelBrush(channel),
    async setChannelBrush(channel, brush) {
      const names = deps.brushes().map(({ name }) => name);
      const known = names.find((name) => name === brush || `brush-${name}` === brush);
      if (brush !== undefined && known === undefined)
        throw new AppError(
          'invalid_request',
          names.length > 0
            ? `There is no brush called “${brush.slice(0, 40)}”. Try one of ${names.join(', ')}.`
            : 'No brush is installed here.',
        );
      await records.setChannelBrush(channel, known);
    },
    models: () => deps.models(),
    styles: () => deps.styles(),
    brushes: () => deps.brushes(),
    attributes: () => deps.attributes(),
  };
}
