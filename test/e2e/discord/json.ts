/** Stored things as Discord writes them in JSON. */
import { createHmac } from 'node:crypto';
import { type Attachment, type Channel, FLAG, type Message, type User, type World } from './world.ts';

const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '000+00:00');

export const userJson = ({ id, username, global_name, bot }: User) => ({
  id,
  username,
  avatar: null,
  discriminator: bot ? '1234' : '0',
  public_flags: 0,
  flags: 0,
  global_name,
  primary_guild: null,
  banner: null,
  accent_color: null,
  avatar_decoration_data: null,
  collectibles: null,
  ...(bot && { bot }),
});

export const memberJson = (user: User) => ({
  user: userJson(user),
  nick: null,
  avatar: null,
  banner: null,
  roles: user.roles ?? [],
  joined_at: '2024-01-01T00:00:00.000000+00:00',
  premium_since: null,
  deaf: false,
  mute: false,
  flags: 0,
  pending: false,
  communication_disabled_until: null,
  unusual_dm_activity_until: null,
});

export const channelJson = (world: World, channel: Channel) =>
  channel.type === 1
    ? { id: channel.id, type: 1, last_message_id: null, flags: 0, recipients: [userJson(channel.recipient!)] }
    : {
        id: channel.id,
        type: 0,
        guild_id: world.guildId,
        name: channel.name,
        position: 0,
        permission_overwrites: [],
        nsfw: false,
        parent_id: null,
        topic: null,
        last_message_id: null,
        rate_limit_per_user: 0,
        flags: 0,
      };

export const guildJson = (world: World) => ({
  id: world.guildId,
  name: 'Test guild',
  owner_id: world.bot.id,
  roles: [
    {
      id: world.guildId,
      name: '@everyone',
      permissions: '2248473465835073',
      color: 0,
      hoist: false,
      position: 0,
      managed: false,
      mentionable: false,
      flags: 0,
    },
    {
      id: world.roleId,
      name: 'Patron',
      permissions: '0',
      color: 0,
      hoist: false,
      position: 1,
      managed: false,
      mentionable: false,
      flags: 0,
    },
  ],
  emojis: [],
  features: [],
  channels: [...world.channels.values()].filter(({ type }) => type === 0).map((channel) => channelJson(world, channel)),
  members: [memberJson(world.bot)],
  threads: [],
  presences: [],
  voice_states: [],
  stage_instances: [],
  guild_scheduled_events: [],
  stickers: [],
  soundboard_sounds: [],
  member_count: 2,
  preferred_locale: 'en-US',
  unavailable: false,
  large: false,
});

/** Links carry an expiry and a signature over it, like the real CDN's. */
export function attachmentUrl(
  world: World,
  base: string,
  channelId: string,
  { id, filename }: Pick<Attachment, 'id' | 'filename'>,
  folder = 'attachments',
): string {
  const path = `/${folder}/${channelId}/${id}/${encodeURIComponent(filename)}`;
  const ex = Math.floor(world.clock.now() / 1000 + 24 * 3600).toString(16);
  return `${base}${path}?ex=${ex}&is=${ex}&hm=${sign(path, ex)}&`;
}

export const sign = (path: string, ex: string): string =>
  createHmac('sha256', 'stand-in').update(`${path}${ex}`).digest('hex');

export function attachmentJson(
  { id, filename, description, contentType, bytes, width, height }: Attachment,
  url: string,
  ephemeral: boolean,
) {
  return {
    id,
    filename,
    size: bytes.length,
    url,
    proxy_url: url,
    content_type: contentType,
    ...(width && { width, height }),
    ...(description && { description }),
    ...(ephemeral && { ephemeral: true }),
  };
}

export function messageJson(world: World, base: string, message: Message) {
  return {
    type: message.replyTo ? 19 : 0,
    content: message.content,
    mentions: [],
    mention_roles: [],
    attachments: message.attachments.map((attachment) =>
      attachmentJson(
        attachment,
        attachmentUrl(world, base, message.channelId, attachment),
        Boolean(message.ephemeralFor),
      ),
    ),
    embeds: [],
    timestamp: iso(message.createdAt),
    edited_timestamp: message.editedAt ? iso(message.editedAt) : null,
    flags: message.flags,
    components: message.components.map((row, i) => ({
      type: 1,
      id: i * 10 + 1,
      components: row.components.map((button, j) => ({ disabled: false, ...button, id: i * 10 + j + 2 })),
    })),
    id: message.id,
    channel_id: message.channelId,
    author: userJson(message.author),
    pinned: false,
    mention_everyone: false,
    tts: false,
    ...(message.nonce && { nonce: message.nonce }),
    ...(message.interactionId && { application_id: world.applicationId, webhook_id: world.applicationId }),
  };
}

export const isEphemeral = ({ flags }: { flags: number }) => (flags & FLAG.ephemeral) !== 0;
