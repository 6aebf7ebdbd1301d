/** /brush: whether 🎨 paints in a channel, and with what. Discord lets only those use it who manage channels. */
import { ApplicationFlags, type ChatInputCommandInteraction } from 'discord.js';
import { AppError } from '../../core/errors.ts';
import type { Studio } from '../../core/studio.ts';
import { choose } from '../closest.ts';
import { notice } from '../present.ts';
import type { Answer } from './answer.ts';

const HIDDEN =
  'For now that is pictures made here: Discord shows a bot other people’s only with the Message Content Intent, which its admin can switch on in the developer portal.';

export async function onBrush(
  { studio }: { studio: Studio },
  { channelId, guildId, options, client }: ChatInputCommandInteraction,
  answer: Answer,
): Promise<void> {
  if (!guildId) throw new AppError('invalid_request', 'Only channels of a server have a brush.');
  const typed = options.getString('brush')?.trim() ?? 'off';
  const channel = { platform: 'discord' as const, id: channelId };
  if (/^(off|none|no)$/i.test(typed)) {
    await studio.setChannelBrush(channel, undefined);
    return answer.tell(notice('🎨 does nothing in this channel from now on.'));
  }
  const { name, title, note } = choose(studio.brushes(), typed, 'brush');
  await studio.setChannelBrush(channel, name);
  const seesAll = client.application.flags.any([
    ApplicationFlags.GatewayMessageContent,
    ApplicationFlags.GatewayMessageContentLimited,
  ]);
  return answer.tell({
    ...notice(`🎨 on any picture in this channel now paints it with ${title}.`),
    lines: [...(note ? [`${title}: ${note}.`] : []), ...(seesAll ? [] : [HIDDEN])],
  });
}
