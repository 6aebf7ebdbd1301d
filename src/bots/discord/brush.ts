/** /brush: whether 🎨 paints in a channel, and with what. Discord lets only those use it who manage channels. */
import type { ChatInputCommandInteraction } from 'discord.js';
import { AppError } from '../../core/errors.ts';
import type { Studio } from '../../core/studio.ts';
import { choose } from '../closest.ts';
import { notice } from '../present.ts';
import type { Answer } from './answer.ts';

export async function onBrush(
  { studio }: { studio: Studio },
  { channelId, guildId, options }: ChatInputCommandInteraction,
  answer: Answer,
): Promise<void> {
  if (!guildId) throw new AppError('invalid_request', 'Only channels of a server have a brush.');
  const typed = options.getString('brush')?.trim() ?? 'off';
  const channel = { platform: 'discord' as const, id: channelId };
  if (/^(off|none|no)$/i.test(typed)) {
    await studio.setChannelBrush(channel, undefined);
    return answer.tell(notice('🎨 does nothing in this channel from now on.'));
  }
  const { name, title } = choose(studio.brushes(), typed, 'brush');
  await studio.setChannelBrush(channel, name);
  return answer.tell(notice(`🎨 on any picture in this channel now paints it with ${title}.`));
}
