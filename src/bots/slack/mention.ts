/** @Atelier, answered in the message's thread: words make a picture, a command does what it does, a picture is stylized. */
import type { App } from '@slack/bolt';
import type { Kind } from '../../core/request.ts';
import { COMMANDS } from '../commands.ts';
import { status } from '../jobs.ts';
import type { OptionTable } from '../option-table.ts';
import { notice } from '../present.ts';
import { optionsOf } from './command.ts';
import { given, picturesAmong, type SlackFile } from './files-given.ts';
import { deal, type Occasion, run, type SlackDeps, senderOf } from './occasion.ts';
import { unescaped } from './text.ts';

const HELP =
  'Type what the picture should show after my name. With a picture attached: “stylize ink”, “upscale”, or what it should become. Also: “face smile +2”, “morph ID ID”, “jobs”.';

export function listenToMentions(app: App, deps: SlackDeps): void {
  app.event('app_mention', async ({ event, body, context }) => {
    if (!event.user || event.bot_id) return; // two bots must not talk to each other
    const occasion: Occasion = {
      eventId: body.event_id,
      teamId: body.team_id,
      userId: event.user,
      userName: await deps.nameOf(event.user),
      channel: event.channel,
      threadTs: event.thread_ts ?? event.ts,
    };
    const text = unescaped(event.text.replaceAll(`<@${context.botUserId}>`, ' ')).trim();
    const files = picturesAmong((event as { files?: unknown }).files);
    await deal(deps, occasion, async () => {
      if (files.length === 0 && /^(status|jobs)$/i.test(text)) return status(deps.studio, senderOf(occasion));
      const { kind, rest } = meant(text, files.length > 0);
      if (!rest && files.length === 0 && kind !== 'face') return notice(HELP);
      await run(deps, occasion, kind, { ...optionsOf(kind, rest), ...attached(deps, kind, files) });
      return undefined;
    });
  });
}

/** A command's name in front says which; else pictures are stylized and words are drawn. */
function meant(text: string, withPictures: boolean): { kind: Kind; rest: string } {
  const [, word = '', rest = ''] = /^\/?(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  const kind = word.toLowerCase();
  if (isKind(kind)) return { kind, rest: rest.trim() };
  return { kind: withPictures ? 'stylize' : 'imagine', rest: text };
}

const isKind = (word: string): word is Kind => Object.hasOwn(COMMANDS, word);

/** Files in the order of the command's pictures: what is changed first, then what it is to be like. */
const attached = (deps: SlackDeps, kind: Kind, files: readonly SlackFile[]) => {
  const names = Object.entries(COMMANDS[kind].options as OptionTable)
    .filter(([, { type }]) => type === 'picture')
    .map(([name]) => name);
  return Object.fromEntries(names.slice(0, files.length).map((name, i) => [name, given(deps, files[i]!)]));
};
