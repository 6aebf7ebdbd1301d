/** A Studio in memory, for protocol faults only: it keeps the contract's promises and makes pictures when told to. */
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { outcome, working } from '../../../src/bots/present.ts';
import type { AddressOf } from '../../../src/core/address.ts';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { GenerationView, ImageView } from '../../../src/core/records.ts';
import type { Sender, Studio } from '../../../src/core/studio.ts';

const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 7) % 251);
export const PICTURE = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
  .png()
  .toBuffer();

export function createMemoryStudio() {
  const generations = new Map<string, GenerationView>();
  const events = new Set<string>();
  const messages = new Map<string, string>();
  const deleted = new Set<string>();
  let courier: Courier<'slack'> | undefined;
  let unknown = 0;
  let refuseWith: AppError | undefined;

  const find = async (id: string) => {
    const generation = generations.get(id);
    if (!generation || deleted.has(id)) throw new AppError('not_found', 'That picture is no longer here.');
    return generation;
  };
  const own = async (sender: Sender, id: string) => {
    const generation = await find(id);
    if (generation.personId !== sender.accountId) throw new AppError('not_yours', 'That is not yours.');
    return generation;
  };

  const studio: Studio = {
    async submit(order, acknowledge) {
      if (refuseWith) throw refuseWith;
      if (events.has(order.eventId)) return undefined;
      events.add(order.eventId);
      const id = randomUUID();
      const generation: GenerationView = {
        id,
        status: 'received',
        request: order.request,
        recipe: recipeOf(order.request),
        notes: [],
        ...(order.parentId && { parentId: order.parentId }),
        personId: order.sender.accountId,
        sender: order.sender,
        address: order.address,
        cost: 1,
        createdAt: new Date(),
        attempt: 0,
        images: [],
        cancelRequested: false,
      };
      const receipt = { generationId: id, ahead: 0, notes: [] };
      generation.address = await acknowledge(receipt);
      generation.status = 'queued';
      generations.set(id, generation);
      return receipt;
    },
    async cancel(sender, id) {
      const generation = await own(sender, id);
      if (generation.endedAt) throw new AppError('invalid_request', 'It has ended already.');
      Object.assign(generation, { status: 'cancelled', endedAt: new Date() });
      await deliver(id);
    },
    async remove(sender, id) {
      const generation = await own(sender, id);
      deleted.add(id);
      await courier?.remove(generation.address as AddressOf<'slack'>);
      return generation;
    },
    standing: async () => undefined,
    waiting: async () => [],
    load: async () => ({ waiting: 0, running: 0 }),
    find,
    findByMessage: async (_platform, message) => {
      if (unknown-- > 0) return undefined;
      const id = messages.get(message);
      return id && !deleted.has(id) ? generations.get(id) : undefined;
    },
    history: async (sender, { limit = 20 } = {}) =>
      [...generations.values()]
        .filter((g) => g.personId === sender.accountId && !deleted.has(g.id))
        .reverse()
        .slice(0, limit),
    read: async () => PICTURE,
    image: async (id, index) => (await find(id)).images[index]!,
    isOwner: async (sender, generation) => generation.personId === sender.accountId,
    handIn: async () => {
      throw new AppError('invalid_request', 'This studio takes no pictures.');
    },
    channelBrush: async () => undefined,
    setChannelBrush: async () => {},
    brushes: () => [],
    attributes: () => [],
    models: () => [],
    styles: () => [],
  };

  /** Sends what the generation has become, as deliveries would, and remembers where. */
  async function deliver(id: string, attempt = 1): Promise<void> {
    const generation = generations.get(id)!;
    const { message, address } = await courier!.deliver(
      generation.address as AddressOf<'slack'>,
      outcome(generation),
      attempt,
    );
    generation.address = address;
    if (message) messages.set(message, id);
  }

  return {
    studio,
    read: studio.read,
    generations,
    deliver,
    use: (value: Courier<'slack'>) => {
      courier = value;
    },
    refuse: (error: AppError | undefined) => {
      refuseWith = error;
    },
    /** The next look-ups by message come before the delivery was noted. */
    beLate: (lookUps: number) => {
      unknown = lookUps;
    },
    last: () => [...generations.values()].at(-1)!,
    async progress(id: string, step: number): Promise<void> {
      const generation = generations.get(id)!;
      await courier!.progress(
        generation.address as AddressOf<'slack'>,
        working(generation, { generationId: id, step, total: 20 }),
      );
    },
    /** Ends it with pictures. */
    async finish(id: string): Promise<void> {
      const generation = generations.get(id)!;
      const { request } = generation;
      const count = request.kind === 'imagine' ? request.count : 1;
      const images = Array.from({ length: count }, (_, index) => imageOf(id, index));
      Object.assign(generation, { status: 'done', endedAt: new Date(), images });
      await deliver(id);
    },
  };
}

const model = { name: 'test', version: '1', sha256: '0'.repeat(64) };

const recipeOf = (request: GenerationView['request']): GenerationView['recipe'] =>
  request.kind === 'imagine'
    ? {
        v: 1,
        kind: 'imagine',
        model,
        prompt: request.prompt,
        negativePrompt: request.negativePrompt,
        seed: request.seed ?? 7,
        count: request.count,
        steps: 20,
        sampler: 'euler',
        guidance: 5,
        width: 64,
        height: 64,
      }
    : {
        v: 1,
        kind: 'upscale',
        model,
        source: { key: 'k', sha256: '0'.repeat(64), width: 64, height: 64 },
        factor: 4,
        seed: 7,
      };

const imageOf = (generationId: string, index: number): ImageView => ({
  generationId,
  index,
  seed: 7 + index,
  sha256: '0'.repeat(64),
  pixelSha256: '0'.repeat(64),
  width: 64,
  height: 64,
  bytes: PICTURE.length,
  mime: 'image/png',
  key: `k${index}`,
  altText: `AI-generated image: test picture ${index + 1}`,
  hidden: false,
});
