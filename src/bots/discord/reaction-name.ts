/**
 * Discord gives a reaction no id. Two processes that hear of the same one must do one thing, and somebody who takes a
 * reaction back and gives it again wants it done again: so it is named after what it is on, whose it is, and how often
 * that was taken back.
 */
import type { GatewayMessageReactionAddDispatchData as Reaction } from 'discord.js';

type Given = Pick<Reaction, 'message_id' | 'user_id'> & { emoji: Pick<Reaction['emoji'], 'id' | 'name'> };

export interface ReactionNames {
  nameOf(reaction: Given): string;
  takenBack(reaction: Given): void;
}

/** A process that starts has not seen what was taken back before: after so long the same name is a new one anyway. */
const PERIOD_MS = 600_000;
const REMEMBERED = 10_000;

export function createReactionNames(now: () => number = Date.now): ReactionNames {
  const times = new Map<string, number>();
  const keyOf = ({ message_id, user_id, emoji }: Given) => `${message_id}:${user_id}:${emoji.id ?? emoji.name}`;
  return {
    nameOf(reaction) {
      const key = keyOf(reaction);
      return `reaction:${key}:${times.get(key) ?? 0}:${Math.floor(now() / PERIOD_MS)}`;
    },
    takenBack(reaction) {
      const key = keyOf(reaction);
      const before = times.get(key) ?? 0;
      times.delete(key);
      times.set(key, before + 1);
      if (times.size > REMEMBERED) times.delete(times.keys().next().value!);
    },
  };
}
