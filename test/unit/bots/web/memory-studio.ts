import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../src/core/errors.ts';
import type { GenerationView } from '../../../../src/core/records.ts';
import type { Sender, Studio } from '../../../../src/core/studio.ts';
import { aGeneration, aRecipe } from '../../../fixtures.ts';

export interface MemoryStudio extends Studio {
  generations: Map<string, GenerationView>;
  pictures: Map<string, Uint8Array>;
  /** Changes a record, as the queue would. */
  change(id: string, over: Partial<GenerationView>): GenerationView;
}

/** The studio's promises kept in memory: for the page's own tests, which are about HTTP and not about the queue. */
export function memoryStudio(): MemoryStudio {
  const generations = new Map<string, GenerationView>();
  const pictures = new Map<string, Uint8Array>();
  const events = new Set<string>();
  const owns = (sender: Sender, { sender: { accountId } }: GenerationView) => accountId === sender.accountId;
  const find = async (id: string) => {
    const found = generations.get(id);
    if (!found) throw new AppError('not_found', 'That picture is no longer here.');
    return found;
  };
  const own = async (sender: Sender, id: string) => {
    const found = await find(id);
    if (!owns(sender, found))
      throw new AppError('not_yours', 'Only the person who asked for this picture can do that.');
    return found;
  };
  const change = (id: string, over: Partial<GenerationView>) => {
    const changed = { ...generations.get(id)!, ...over };
    generations.set(id, changed);
    return changed;
  };

  return {
    generations,
    pictures,
    change,
    submit: async ({ eventId, sender, request, address, parentId }, acknowledge) => {
      if (events.has(eventId)) return undefined;
      events.add(eventId);
      const id = randomUUID();
      const ahead = [...generations.values()].filter(({ status }) => status === 'queued').length;
      const recipe = aRecipe(request.kind === 'imagine' ? { prompt: request.prompt, count: request.count } : {});
      const status = 'queued' as const;
      const made = { id, status, request, recipe, sender, address, images: [], createdAt: new Date() };
      generations.set(id, aGeneration({ ...made, ...(parentId && { parentId }) }));
      const receipt = { generationId: id, ahead, notes: [] };
      await acknowledge(receipt);
      return receipt;
    },
    cancel: async (sender, id) => void change((await own(sender, id)).id, { status: 'cancelled' }),
    remove: async (sender, id) => void generations.delete((await own(sender, id)).id),
    standing: async () => undefined,
    waiting: async () => [],
    load: async () => ({ waiting: 0, running: 0 }),
    find,
    findByMessage: async () => undefined,
    history: async (sender, { limit = 50, before } = {}) => {
      const mine = [...generations.values()].filter((generation) => owns(sender, generation)).reverse();
      const from = before ? mine.findIndex(({ id }) => id === before) + 1 : 0;
      return mine.slice(from, from + limit);
    },
    read: async (key) => {
      const bytes = pictures.get(key);
      if (!bytes) throw new AppError('not_found', 'That picture is no longer here.');
      return bytes;
    },
    image: async (id, index) => (await find(id)).images[index]!,
    isOwner: async (sender, generation) => owns(sender, generation),
    handIn: async (_sender, bytes) => {
      if (bytes[0] !== 0x89) throw new AppError('invalid_request', 'That is no picture.');
      const kept = { key: `kept/${bytes.length}`, sha256: 'd'.repeat(64), width: 8, height: 8 };
      pictures.set(kept.key, bytes);
      return kept;
    },
    channelBrush: async () => undefined,
    setChannelBrush: async () => {},
    brushes: () => [
      { name: 'ink', title: 'Ink' },
      { name: 'waves', title: 'Waves', note: 'for the sea' },
    ],
    attributes: () => [
      { name: 'smile', title: 'smile' },
      { name: 'glasses', title: 'glasses' },
    ],
    models: () => [{ name: 'sticker-diffusion', title: 'Stickers' }],
    styles: () => [{ name: 'ink', title: 'Ink drawing' }],
  };
}
