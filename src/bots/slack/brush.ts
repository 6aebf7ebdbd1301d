/** /brush: whether 🎨 paints in a channel, and with what. Its creator and the admins of the workspace decide. */
import type { App } from '@slack/bolt';
import { AppError } from '../../core/errors.ts';
import type { Reply } from '../../core/reply.ts';
import { choose } from '../closest.ts';
import { notice } from '../present.ts';
import { deal, type Occasion, ofCommand, type SlackDeps } from './occasion.ts';
import { unescaped } from './text.ts';

export function listenToBrush(app: App, deps: SlackDeps): void {
  app.command('/brush', async ({ command, ack }) => {
    await ack();
    const occasion = ofCommand(command);
    await deal(deps, occasion, () => setBrush(deps, occasion, unescaped(command.text ?? '').trim()));
  });
}

const HELP = '`/brush ink` switches it on, `/brush off` off.';

async function setBrush(deps: SlackDeps, { channel: id = '', userId }: Occasion, typed: string): Promise<Reply> {
  const { studio } = deps;
  const channel = { platform: 'slack' as const, id };
  const names = studio.brushes().map(({ name }) => name);
  if (!typed) {
    const brush = await studio.channelBrush(channel);
    const now = brush ? `🎨 on a picture in this channel paints it with ${brush}.` : '🎨 does nothing in this channel.';
    return { ...notice(now), lines: [`${HELP.replaceAll('`', '')} There are: ${names.join(', ') || 'none'}.`] };
  }
  const off = /^(off|none|no|stop)$/i.test(typed);
  const brush = off ? undefined : choose(studio.brushes(), typed, 'brush');
  if (!(await mayManage(deps, id, userId)))
    throw new AppError(
      'not_yours',
      'Only whoever created this channel and the admins of the workspace can change its brush. Ask one of them.',
    );
  await studio.setChannelBrush(channel, brush?.name);
  if (!brush) return notice('🎨 does nothing in this channel from now on.');
  const { title, note } = brush;
  return {
    ...notice(
      `🎨 on any picture in this channel now paints it with ${title}. I see reactions where I am a member: /invite me if I am not.`,
    ),
    lines: note ? [`${title}: ${note}.`] : [],
  };
}

/** As with a channel's other settings: admins and owners everywhere, its creator here, anybody in their own messages with us. */
async function mayManage({ client }: SlackDeps, channel: string, userId: string): Promise<boolean> {
  if (channel.startsWith('D')) return true;
  const { user } = await client.again('users.info', { user: userId });
  if (user.is_admin || user.is_owner || user.is_primary_owner) return true;
  const { channel: info } = await client.again('conversations.info', { channel });
  return info.creator === userId;
}
