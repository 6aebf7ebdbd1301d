/** Who an interaction comes from, and where its answer goes. */
import type { BaseInteraction } from 'discord.js';
import type { AddressOf } from '../../core/address.ts';
import type { Sender } from '../../core/studio.ts';

export const senderOf = ({ user, guildId, guild, member }: BaseInteraction): Sender => ({
  platform: 'discord',
  accountId: user.id,
  name: user.globalName ?? user.username,
  ...(guildId && { space: { id: guildId, ...(guild && { name: guild.name }) } }),
  ...(member && { roles: Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()] }),
});

/** Enough to find the answer again even if we die before we learn its message id. */
export const addressOf = ({
  applicationId,
  channelId,
  token,
  user,
  attachmentSizeLimit,
}: BaseInteraction): AddressOf<'discord'> => ({
  platform: 'discord',
  applicationId,
  channelId: channelId ?? '',
  interactionToken: token,
  askedAt: new Date().toISOString(),
  userId: user.id,
  private: false,
  uploadLimit: attachmentSizeLimit,
});
