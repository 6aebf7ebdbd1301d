/** What Discord sends the bot when a person does something. */
import { randomBytes } from 'node:crypto';
import { channelJson, memberJson, messageJson, userJson } from './json.ts';
import type { Channel, Interaction, Message, User, World } from './world.ts';

/** Records the interaction and builds its INTERACTION_CREATE payload. */
export function interact(
  world: World,
  base: string,
  {
    type,
    user,
    channel,
    data,
    message,
  }: { type: Interaction['type']; user: User; channel: Channel; data: object; message?: Message },
): { interaction: Interaction; payload: object } {
  const id = world.snowflake();
  const token = Buffer.from(`interaction:${id}:`).toString('base64url') + randomBytes(90).toString('base64url');
  const interaction: Interaction = {
    id,
    token,
    type,
    user,
    channelId: channel.id,
    at: world.clock.now(),
    loading: false,
    followUps: 0,
    ...(message && { originalId: message.id }),
  };
  world.interactions.set(token, interaction);
  const permissions = '2248473465835073';
  const payload = {
    id,
    application_id: world.applicationId,
    type,
    token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: channel.type === 0 ? { ...channelJson(world, channel), permissions } : channelJson(world, channel),
    locale: 'en-US',
    app_permissions: '2251799813685247',
    entitlements: [],
    authorizing_integration_owners: { '0': channel.type === 0 ? world.guildId : '0' },
    context: channel.type === 0 ? 0 : 1,
    attachment_size_limit: world.fileLimit,
    ...(channel.type === 0
      ? {
          guild_id: world.guildId,
          guild_locale: 'en-US',
          guild: { id: world.guildId, features: [], locale: 'en-US' },
          member: { ...memberJson(user), permissions },
        }
      : { user: userJson(user) }),
    ...(message && { message: messageJson(world, base, message) }),
  };
  return { interaction, payload };
}

export const reactionJson = (world: World, user: User, message: Message, emoji: string) => ({
  user_id: user.id,
  channel_id: message.channelId,
  message_id: message.id,
  message_author_id: message.author.id,
  emoji: { id: null, name: emoji },
  burst: false,
  type: 0,
  ...(world.channels.get(message.channelId)?.type === 0 && { guild_id: world.guildId, member: memberJson(user) }),
});
