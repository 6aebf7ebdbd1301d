/** What people are called: events carry only their ids. */
import type { Client } from './client.ts';

const REMEMBERED = 5000;

/** Answers the id itself when Slack will not say. */
export function createNames(client: Client): (userId: string) => Promise<string> {
  const names = new Map<string, string>();
  return async (userId) => {
    const known = names.get(userId);
    if (known) return known;
    try {
      const { user } = await client.again('users.info', { user: userId });
      const name = user.profile?.display_name || user.real_name || user.name;
      if (names.size >= REMEMBERED) names.clear();
      names.set(userId, name);
      return name;
    } catch {
      return userId;
    }
  };
}
