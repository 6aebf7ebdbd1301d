/** A studio in memory, for faults of the protocol alone: the test says when a job is done. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { outcome, working } from '../../../src/bots/present.ts';
import type { Address } from '../../../src/core/address.ts';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { Recipe } from '../../../src/core/recipe.ts';
import type { GenerationView, Status } from '../../../src/core/records.ts';
import type { Request } from '../../../src/core/request.ts';
import type { Order, Sender, Studio } from '../../../src/core/studio.ts';
import { aBrushRecipe, aFaceRecipe, aRecipe } from '../../fixtures.ts';

export interface FakeStudio {
  studio: Studio;
  read: (key: string) => Promise<Uint8Array>;
  generations: Map<string, GenerationView>;
  latest(): GenerationView;
  /** Ends the job and shows it through the courier, like a delivery would. */
  finish(courier: Courier<'discord'>, id: string, status?: Status, attempt?: number): Promise<void>;
  progress(courier: Courier<'discord'>, id: string, step: number): Promise<void>;
  /** The next submits fail like this, after the acknowledgement. */
  failAfterAcknowledge?: AppError;
  /** Milliseconds every submit takes before it decides. */
  slowness: number;
  /** The next submits are refused like this. */
  refusal?: AppError;
  /** Bytes that every picture has. */
  picture: Uint8Array;
}

const BRUSHES = [
  { name: 'night-wind', title: 'Night wind' },
  { name: 'ink', title: 'Ink' },
];

const model = { name: 'fake', version: '1', sha256: '0'.repeat(64) };

/** What planning would make of it, as far as replies tell. */
function recipeOf(request: Request): Recipe {
  if (request.kind === 'stylize')
    return aBrushRecipe({ model: { ...model, name: `brush-${request.brush}` }, strength: request.strength ?? 0.8 });
  if (request.kind === 'face') return aFaceRecipe({ count: request.count });
  return aRecipe({
    ...(request.kind === 'imagine' && { prompt: request.prompt, count: request.count }),
    ...{ model, sampler: 'euler', width: 64, height: 64 },
  });
}

export type DiscordAddress = Address & { platform: 'discord' };

export async function createFakeStudio(): Promise<FakeStudio> {
  const generations = new Map<string, GenerationView>();
  const events = new Set<string>();
  const messages = new Map<string, string>();
  const brushOf = new Map<string, string>();
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c33' } })
    .png()
    .toBuffer();

  const find = async (id: string) => {
    const generation = generations.get(id);
    if (!generation) throw new AppError('not_found', 'That picture is no longer here.');
    return generation;
  };
  const own = async ({ accountId }: Sender, id: string) => {
    const generation = await find(id);
    if (generation.personId !== accountId)
      throw new AppError('not_yours', 'Only the person who asked for it can do that.');
    return generation;
  };
  const record = (id: string, { sender, request, address, parentId }: Order): GenerationView => ({
    id,
    status: 'queued',
    request,
    recipe: recipeOf(request),
    notes: [],
    ...(parentId && { parentId }),
    personId: sender.accountId,
    sender,
    address,
    cost: 1,
    createdAt: new Date(),
    attempt: 1,
    images: [],
    cancelRequested: false,
  });

  const fake: FakeStudio = {
    generations,
    picture,
    slowness: 0,
    read: async () => fake.picture,
    latest: () => [...generations.values()].at(-1)!,
    finish: async (courier, id, status = 'done', attempt = 1) => {
      const generation = await find(id);
      generation.status = status;
      const count = 'count' in generation.request ? generation.request.count : 1;
      if (status === 'done')
        generation.images = Array.from({ length: count }, (_, index) => ({
          generationId: id,
          index,
          seed: 7 + index,
          sha256: '0'.repeat(64),
          pixelSha256: '0'.repeat(64),
          width: 64,
          height: 64,
          bytes: fake.picture.length,
          mime: 'image/png',
          key: 'picture',
          altText: `AI-generated image: picture ${index}`,
          hidden: false,
        }));
      const sent = await courier.deliver(
        generation.address as DiscordAddress,
        outcome(generation, fake.studio),
        attempt,
      );
      generation.address = sent.address;
      if (sent.message) messages.set(sent.message, id);
    },
    progress: async (courier, id, step) => {
      const generation = await find(id);
      const reply = working(generation, { generationId: id, step, total: 20 });
      await courier.progress(generation.address as DiscordAddress, reply);
    },
    studio: {
      submit: async (order, acknowledge) => {
        if (events.has(order.eventId)) return undefined;
        events.add(order.eventId);
        await sleep(fake.slowness);
        if (fake.refusal) throw fake.refusal;
        const id = randomUUID();
        const receipt = { generationId: id, ahead: 0, etaSeconds: 12, notes: [] };
        const generation = record(id, order);
        generation.address = await acknowledge(receipt);
        if (fake.failAfterAcknowledge) throw fake.failAfterAcknowledge;
        generations.set(id, generation);
        return receipt;
      },
      cancel: async (sender, id) => {
        (await own(sender, id)).status = 'cancelled';
      },
      remove: async (sender, id) => {
        generations.delete((await own(sender, id)).id);
      },
      standing: async () => undefined,
      waiting: async (sender) =>
        [...generations.values()]
          .filter(({ personId, status }) => personId === sender.accountId && status === 'queued')
          .map((generation) => ({ ...generation, standing: { ahead: 0, etaSeconds: 12 } })),
      load: async () => ({ waiting: generations.size, running: 0 }),
      find,
      findByMessage: async (_platform, message) => generations.get(messages.get(message) ?? ''),
      history: async (sender) =>
        [...generations.values()].filter(({ personId }) => personId === sender.accountId).reverse(),
      read: async () => fake.picture,
      image: async (id, index) => (await find(id)).images[index]!,
      isOwner: async (sender, { personId }) => sender.accountId === personId,
      handIn: async (_sender, bytes) => {
        const { width, height } = await sharp(bytes)
          .metadata()
          .catch(() => {
            throw new AppError('invalid_request', 'That file is not a picture.');
          });
        return { key: 'handed-in', sha256: '1'.repeat(64), width, height };
      },
      channelBrush: async ({ id }) => brushOf.get(id),
      setChannelBrush: async ({ id }, brush) => void (brush ? brushOf.set(id, brush) : brushOf.delete(id)),
      brushes: () => BRUSHES,
      attributes: () => [{ name: 'smile', title: 'smile' }],
      styles: () => [{ name: 'ink', title: 'Ink drawing' }],
      models: () => [
        { name: 'sticker-diffusion', title: 'Stickers' },
        { name: 'my-export', title: 'My own' },
      ],
    },
  };
  return fake;
}
