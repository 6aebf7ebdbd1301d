/** Slash commands. Where a picture is needed, or nothing was typed, they open a form: a command carries no files. */
import type { App } from '@slack/bolt';
import type { Kind } from '../../core/request.ts';
import { named } from '../closest.ts';
import { COMMANDS } from '../commands.ts';
import { filled, type Options, type OptionTable, parse } from '../option-table.ts';
import { openForm } from './form-submission.ts';
import { deal, ofCommand, run, type SlackDeps } from './occasion.ts';
import { unescaped } from './text.ts';

/** When a form is opened instead. */
const NEEDS_FORM: { readonly [K in Kind]: (options: Options, text: string) => boolean } = {
  imagine: (_, text) => !text,
  stylize: ({ of }) => !filled(of),
  upscale: ({ of }) => !filled(of),
  face: () => false,
  morph: (_, text) => !text,
};

export function listenToCommands(app: App, deps: SlackDeps): void {
  for (const kind of Object.keys(NEEDS_FORM) as Kind[])
    app.command(`/${kind}`, async ({ command, ack }) => {
      await ack();
      const text = unescaped(command.text ?? '').trim();
      const occasion = ofCommand(command);
      await deal(deps, occasion, async () => {
        const options = optionsOf(kind, text);
        if (NEEDS_FORM[kind](options, text))
          await openForm(deps, kind, occasion, command.trigger_id, { initial: initialOf(deps, kind, options) });
        else await run(deps, occasion, kind, options);
        return undefined;
      });
    });
}

export const optionsOf = (kind: Kind, text: string): Options => {
  const { options, main } = COMMANDS[kind] as { options: OptionTable; main: string };
  return parse(options, main, text);
};

/** What was typed behind the command stands in the form already; the name of a brush chooses it. */
function initialOf({ studio }: SlackDeps, kind: Kind, options: Options): Record<string, string> {
  const texts = Object.entries(options).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  const initial = Object.fromEntries(texts);
  const brush = kind === 'stylize' ? named(studio.brushes(), initial.brush ?? initial.words ?? '') : undefined;
  if (!brush) return initial;
  const { words, ...rest } = initial;
  return { ...(initial.brush && words ? { words } : {}), ...rest, brush: brush.name };
}
