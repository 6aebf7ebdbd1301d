/** A studio in memory, for faults of the protocol alone: the test says when a job is done. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { outcome, working } from '../../../src/bots/present.ts';
import type { Address } from '../../../src/core/address.ts';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { GenerationView, Status } from '../../../src/core/records.ts';
import type { Order, Studio } from '../../../src/core/studio.ts';

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

export type DiscordAddress = Address & { platform: 'discord' };

export async function createFakeStudio(): Promise<FakeStudio> {
  const generations = new Map<string, GenerationView>();
  const events = new Set<string>();
  const messages = new Map<string, string>();
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c33' } })
    .png()
    .toBuffer();

  const find = async (id: string) => {
    const generation = generations.get(id);
    if (!generation) throw new AppError('not_found', 'That picture is no longer here.');
    return generation;
  };
  const record = (id: string, { sender, request, address, parentId }: Order): GenerationView => ({
    id,
    status: 'queued',
    request,
    recipe: {
      v: 1,
      kind: 'imagine',
      model: { name: 'fake', version: '1', sha256: '0'.repeat(64) },
      prompt: request.kind === 'imagine' ? request.prompt : '',
      negativePrompt: '',
      seed: 7,
      count: request.kind === 'imagine' ? request.count : 1,
      steps: 20,
      sampler: 'euler',
      guidance: 5,
      width: 64,
      height: 64,
    },
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
      const count = generation.request.kind === 'imagine' ? generation.request.count : 1;
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
      const sent = await courier.deliver(generation.address as DiscordAddress, outcome(generation), attempt);
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
      cancel: async (_sender, id) => {
        (await find(id)).status = 'cancelled';
      },
      remove: async (_sender, id) => {
        const generation = await find(id);
        generations.delete(id);
        return generation;
      },
      standing: async () => undefined,
      waiting: async () => [],
      load: async () => ({ waiting: 0, running: 0 }),
      find,
      findByMessage: async (_platform, message) => generations.get(messages.get(message) ?? ''),
      history: async () => [],
      read: async () => fake.picture,
      image: async (id, index) => (await find(id)).images[index]!,
      isOwner: async (sender, { personId }) => sender.accountId === personId,
      handIn: async () => {
        throw new AppError('invalid_request', 'This studio takes no pictures.');
      },
      channelBrush: async () => undefined,
      setChannelBrush: async () => {},
      brushes: () => [],
      attributes: () => [],
      styles: () => [{ name: 'ink', title: 'Ink drawing' }],
      models: () => [
        { name: 'sticker-diffusion', title: 'Stickers' },
        { name: 'my-export', title: 'My own' },
      ],
    },
  };
  return fake;
}
