/** A Studio in memory, for protocol faults only: it keeps the contract's promises and makes pictures when told to. */
import { createHash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { outcome, working } from '../../../src/bots/present.ts';
import type { AddressOf } from '../../../src/core/address.ts';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { Recipe } from '../../../src/core/recipe.ts';
import type { GenerationView, ImageView } from '../../../src/core/records.ts';
import type { Kind, Request, RequestOf } from '../../../src/core/request.ts';
import type { Sender, Studio } from '../../../src/core/studio.ts';
import { createCleanse } from '../../../src/safety/upload/cleanse.ts';
import { aBrushRecipe, aFaceRecipe } from '../../fixtures.ts';

const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 7) % 251);
export const PICTURE = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
  .png()
  .toBuffer();

const film = Buffer.from(
  Array.from({ length: 3 * 32 * 32 * 3 }, (_, i) => (60 * Math.floor(i / (32 * 32 * 3)) + (i % 7)) % 256),
);
/** Three frames. */
const MOVING = await sharp(film, { raw: { width: 32, height: 96, channels: 3, pageHeight: 32 } })
  .webp({ delay: [40, 40, 40] })
  .toBuffer();

export function createMemoryStudio() {
  const generations = new Map<string, GenerationView>();
  const events = new Set<string>();
  const messages = new Map<string, string>();
  const deleted = new Set<string>();
  const kept = new Map<string, Uint8Array>();
  const owners = new Map<string, string>();
  const channels = new Map<string, string>();
  const cleanse = createCleanse();
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
    if (generation.personId !== sender.accountId)
      throw new AppError('not_yours', 'Only the person who asked for it can do that.');
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
    },
    standing: async () => undefined,
    waiting: async (sender) =>
      [...generations.values()]
        .filter(({ personId, endedAt }) => personId === sender.accountId && !endedAt)
        .map((generation) => ({ ...generation, standing: { ahead: 2, etaSeconds: 30 } })),
    load: async () => ({ waiting: 3, running: 1 }),
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
    read: async (key) => kept.get(key) ?? (key.startsWith('moving') ? MOVING : PICTURE),
    image: async (id, index) => (await find(id)).images[index]!,
    isOwner: async (sender, generation) => generation.personId === sender.accountId,
    async handIn(sender, bytes) {
      const { bytes: clean, width, height, frames } = await cleanse(bytes);
      const sha256 = createHash('sha256').update(clean).digest('hex');
      kept.set(sha256, clean);
      owners.set(sha256, sender.accountId);
      return { key: sha256, sha256, width, height, ...(frames !== undefined && { frames }) };
    },
    channelBrush: async ({ id }) => channels.get(id),
    async setChannelBrush({ id }, brush) {
      if (brush) channels.set(id, brush);
      else channels.delete(id);
    },
    brushes: () => [
      { name: 'ink', title: 'Ink' },
      { name: 'mosaic', title: 'Mosaic' },
    ],
    attributes: () => [],
    models: () => [],
    styles: () => [],
  };

  /** Sends what the generation has become, as deliveries would, and remembers where. */
  async function deliver(id: string, attempt = 1): Promise<void> {
    const generation = generations.get(id)!;
    const { message, address } = await courier!.deliver(
      generation.address as AddressOf<'slack'>,
      outcome(generation, studio),
      attempt,
    );
    generation.address = address;
    if (message) messages.set(message, id);
  }

  return {
    studio,
    read: studio.read,
    generations,
    /** Who handed in what lies under a key. */
    owners,
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
      const count = request.kind === 'imagine' || request.kind === 'face' ? request.count : 1;
      const moving = request.kind === 'morph' && { key: 'moving', mime: 'image/webp', bytes: MOVING.length };
      const images = Array.from({ length: count }, (_, index) => ({ ...imageOf(id, index), ...moving }));
      Object.assign(generation, { status: 'done', endedAt: new Date(), images });
      await deliver(id);
    },
  };
}

const model = { name: 'test', version: '1', sha256: '0'.repeat(64) };

const source = { key: 'k', sha256: '0'.repeat(64), width: 64, height: 64 };
type RecipeFor = { [K in Kind]: (request: RequestOf<K>) => Recipe };
const RECIPES: RecipeFor = {
  imagine: ({ prompt, negativePrompt, seed = 7, count }) => ({
    ...{ v: 1, kind: 'imagine', model, prompt, negativePrompt, seed, count, steps: 20, sampler: 'euler' },
    ...{ guidance: 5, width: 64, height: 64 },
  }),
  upscale: ({ factor }) => ({ v: 1, kind: 'upscale', model, source, factor, seed: 7 }),
  stylize: ({ source: ref, strength = 0.6 }) =>
    aBrushRecipe({ source: 'key' in ref ? ref : source, strength, model: { ...model, name: 'brush-ink' } }),
  face: ({ count, seed = 7 }) => aFaceRecipe({ count, seed }),
  morph: ({ frames }) => ({
    ...{ v: 1, kind: 'morph', model, seed: 7, frames, delayMs: 40 },
    stops: [1, 2].map((seed) => ({ seed, truncation: 0.7, edits: {}, mixes: [] })),
  }),
};
const recipeOf = <R extends Request>(request: R): Recipe =>
  (RECIPES[request.kind] as unknown as (request: R) => Recipe)(request);

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
