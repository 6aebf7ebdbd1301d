/** “Stylize this image” and “Enlarge this image” in the menu of any message. */
import type { App, MessageShortcut } from '@slack/bolt';
import { notice } from '../present.ts';
import { picturesAmong } from './files-given.ts';
import type { Origin } from './form.ts';
import { openForm, pictureOf } from './form-submission.ts';
import { deal, type Occasion, run, type SlackDeps } from './occasion.ts';
import { ARCHIVE, SHEET } from './render.ts';

const SHORTCUTS = { stylize_this: 'stylize', upscale_this: 'upscale' } as const;
type Callback = keyof typeof SHORTCUTS;

/** What a form can carry of a message's files. */
const MOST_FILES = 10;
const NAME = 60;

export function listenToShortcuts(app: App, deps: SlackDeps, us: () => Promise<{ botId: string }>): void {
  for (const callback_id of Object.keys(SHORTCUTS) as Callback[])
    app.shortcut<MessageShortcut>({ callback_id, type: 'message_action' }, async ({ shortcut, ack }) => {
      await ack();
      const { channel, user, team, message, trigger_id, response_url } = shortcut;
      const occasion: Occasion = {
        eventId: trigger_id,
        teamId: team?.id ?? user.team_id ?? '',
        teamName: team?.domain,
        userId: user.id,
        userName: user.name,
        channel: channel.id,
        threadTs: message.thread_ts ?? message.ts,
        responseUrl: response_url,
      };
      await deal(deps, occasion, async () => {
        const about = aboutOf(message, (await us()).botId);
        if (!about) return notice('There is no picture in that message. Choose this on a message with one.');
        const kind = SHORTCUTS[callback_id];
        const count = about.ours === 'many' ? Infinity : (about.ours ?? about.files?.length ?? 0);
        if (kind === 'stylize' || count > 1) await openForm(deps, kind, occasion, trigger_id, { about });
        else await run(deps, occasion, kind, { picture: await pictureOf(deps, channel.id, about, '0') });
        return undefined;
      });
    });
}

/** What the payload itself says, for nothing may be asked before the form is open. */
function aboutOf(message: MessageShortcut['message'], botId: string): Origin['about'] {
  const {
    ts = '',
    bot_id,
    blocks = [],
  } = message as {
    ts?: string;
    bot_id?: string;
    blocks?: { type?: string; block_id?: string }[];
  };
  const files = picturesAmong(message.files);
  if (files.length > 0)
    return { ts, files: files.slice(0, MOST_FILES).map(({ id, name }) => ({ id, name: name?.slice(0, NAME) })) };
  if (bot_id === botId && blocks.some(isOfMany)) return { ts, ours: 'many' };
  const ours = bot_id === botId ? blocks.filter(({ type }) => type === 'image').length : 0;
  return ours > 0 ? { ts, ours } : undefined;
}

/** Also where there is no archive beside the sheet. */
const isOfMany = ({ block_id }: { block_id?: string }) => block_id === SHEET || block_id?.startsWith(ARCHIVE);
