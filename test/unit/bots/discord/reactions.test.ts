import type { GatewayMessageReactionAddDispatchData as Reaction } from 'discord.js';
import pino from 'pino';
import { expect, it } from 'vitest';
import { createReactionNames, type ReactionNames } from '../../../../src/bots/discord/reaction-name.ts';
import { onReaction } from '../../../../src/bots/discord/reactions.ts';
import { aGeneration, anId, anImage } from '../../../fixtures.ts';

const aReaction = (emoji = '🔁', over: Partial<Reaction> = {}) =>
  ({ user_id: 'alice', channel_id: 'c', message_id: 'm', emoji: { id: null, name: emoji }, ...over }) as Reaction;

/** Processes that share records and a Discord that knows its nonces. */
function shared(images = [anImage()]) {
  const generation = aGeneration({ images });
  const orders = new Set<string>();
  const posted = new Map<string, string>();
  const studio = {
    findByMessage: async () => generation,
    find: async () => generation,
    isOwner: async () => true,
    channelBrush: async () => 'ink',
    brushes: () => [{ name: 'ink', title: 'Ink' }],
    submit: async ({ eventId }: { eventId: string }, acknowledge: (receipt: unknown) => Promise<unknown>) => {
      if (orders.has(eventId)) return undefined;
      orders.add(eventId);
      return acknowledge({ generationId: anId(100 + orders.size), ahead: 0, notes: [] });
    },
  };
  const api = {
    openDirect: async () => 'direct',
    post: async (_channel: string, { body }: { body: { content: string } }, { nonce }: { nonce: string }) => {
      expect(nonce.length).toBeLessThanOrEqual(25);
      posted.set(nonce, body.content);
      return { id: nonce };
    },
  };
  const log = pino({ level: 'silent' });
  const aProcess = (reactions: ReactionNames = createReactionNames(() => 0)) => ({
    react: onReaction({ studio, api, log, reactions, applicationId: 'a', botId: 'bot' } as never),
    ...reactions,
  });
  return { aProcess, orders, posted };
}

it.each([
  ['🔁', 1],
  ['⬆️', 2],
  ['🎨', 2],
])('%s that two processes hear of is done once, for each of its pictures', async (emoji, times) => {
  const { aProcess, orders } = shared([anImage(), anImage({ index: 1 })]);
  await Promise.all([aProcess(), aProcess()].map(({ react }) => react(aReaction(emoji))));
  expect(orders.size).toBe(times);
});

it('a word in answer to a reaction is said once', async () => {
  const { aProcess, posted } = shared();
  for (const { react } of [aProcess(), aProcess()]) await react(aReaction('✉️'));
  expect(posted.size).toBe(1);
});

it('does it again for somebody who takes the reaction back and gives it again, and for somebody else', async () => {
  const { aProcess, orders } = shared();
  const both = [aProcess(), aProcess()];
  const all = (reaction: Reaction) => Promise.all(both.map(({ react }) => react(reaction)));
  await all(aReaction());
  for (const { takenBack } of both) takenBack(aReaction());
  await all(aReaction());
  expect(orders.size).toBe(2);
  await all(aReaction('🔁', { user_id: 'bob' }));
  expect(orders.size).toBe(3);
});

it('forgets after ten minutes what a process that started since cannot know', () => {
  let now = 0;
  const { nameOf } = createReactionNames(() => now);
  const before = nameOf(aReaction());
  now = 599_999;
  expect(nameOf(aReaction())).toBe(before);
  now = 600_000;
  expect(nameOf(aReaction())).not.toBe(before);
});
