/** The direct message channel between us and a person. */
import type { Client } from './client.ts';

export async function directChannel(client: Client, userId: string): Promise<string> {
  const { channel } = await client.again('conversations.open', { users: userId });
  return channel.id as string;
}
