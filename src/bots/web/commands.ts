/** What can be typed into the page: the commands of every chat, and the page's own. Text without one is /imagine. */
import { AppError } from '../../core/errors.ts';
import type { Reply } from '../../core/reply.ts';
import type { Kind } from '../../core/request.ts';
import type { Deps as AskDeps } from '../ask.ts';
import { COMMANDS as MAKING, type Command as Making } from '../commands.ts';
import { history, status } from '../jobs.ts';
import { type Options, type OptionTable, parse } from '../option-table.ts';
import { notice } from '../present.ts';
import type { Live } from './live.ts';
import { toMessage } from './messages.ts';
import { visible } from './pictures.ts';
import type { Visitor } from './session.ts';
import { keptImage, type Shown } from './shown.ts';
import { type Answer, type Attached, toWire } from './wire.ts';

export interface Deps extends AskDeps {
  live: Live;
  shown: Shown;
}

interface Call {
  visitor: Visitor;
  eventId: string;
  /** What follows the command's name. */
  rest: string;
  /** Attached to it. */
  pictures: readonly Attached[];
}

interface Command {
  usage: string;
  description: string;
  /** Of those that have some. */
  options?: OptionTable;
  main?: string;
  run(deps: Deps, call: Call): Promise<Answer>;
}

const making = (name: Kind, usage: string): Command => {
  const { description, options, main, run }: Making = MAKING[name];
  return {
    usage: `/${name} ${usage}`,
    description: `${description}.`,
    options,
    main,
    run: async (deps, { visitor, eventId, rest, pictures }) => {
      const answer = deps.shown.answer(visitor, ({ generationId = '' }) => ({
        by: `/${name}`,
        text: rest,
        ...(pictures.length > 0 && { pictures: pictures.map((picture) => keptImage(picture, generationId)) }),
      }));
      const given = { ...parse(options, main, rest), ...attached(name, options, pictures) };
      await run(deps, { ...visitor, eventId, options: given }, answer.acknowledge);
      return answer.now();
    },
  };
};

/** Attached pictures that are for no option of their own are the command's picture options, in their order. */
function attached(name: Kind, table: OptionTable, pictures: readonly Attached[]): Options {
  const places = Object.keys(table).filter((option) => table[option]!.type === 'picture');
  const meant = pictures.flatMap(({ as }) => as ?? []);
  const free = places.filter((place) => !meant.includes(place));
  if (meant.some((place) => !places.includes(place)) || new Set(meant).size < meant.length)
    throw new AppError('invalid_request', 'The server does not understand this request. Reload the page.');
  if (pictures.length > places.length)
    throw new AppError(
      'invalid_request',
      places.length === 0
        ? `/${name} takes no attached picture. /stylize, /face and /upscale do.`
        : `/${name} takes at most ${places.length} attached ${places.length === 1 ? 'picture' : 'pictures'}.`,
    );
  return Object.fromEntries(pictures.map(({ as, ...picture }) => [as ?? free.shift()!, picture]));
}

const COMMANDS = {
  imagine: making('imagine', '<what it should show> [--options]'),
  stylize: making('stylize', '[brush or words] [--options], with a picture attached'),
  face: making('face', '[smile +2, no glasses] [--options]'),
  morph: making('morph', '<id> [<id> …] [--options]'),
  upscale: making('upscale', '[id] [--options], or with a picture attached'),
  show: {
    usage: '/show <id>',
    description: 'Show a picture again by the id its details name.',
    run: async ({ studio, live }, { visitor, rest }) => {
      if (!UUID.test(rest))
        throw new AppError('invalid_request', 'Type the id after /show. Details of a picture name it.');
      return shownAgain({ studio, live }, visitor, rest);
    },
  },
  status: {
    usage: '/status',
    description: 'Say where your waiting jobs stand.',
    run: async ({ studio }, { visitor }) => ({ notice: toWire(await status(studio, visitor.sender)) }),
  },
  history: {
    usage: '/history',
    description: 'List your latest jobs with their ids, and show them again.',
    run: async ({ studio }, { visitor }) => ({ notice: toWire(await history(studio, visitor.sender)) }),
  },
  help: {
    usage: '/help [command]',
    description: 'Say what can be typed here, or the options of a command.',
    run: async (_deps, { rest }): Promise<Answer> => ({
      notice: toWire(help(rest.replace(/^\//, '').toLowerCase() || undefined)),
    }),
  },
} satisfies Record<string, Command>;

/** A message that was there before, for whoever may see it. */
export async function shownAgain({ studio, live }: Pick<Deps, 'studio' | 'live'>, visitor: Visitor, id: string) {
  const generation = await visible(studio, visitor.sender, id);
  return { message: toMessage(generation, studio, live.get(id)), again: true } as const;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type CommandName = keyof typeof COMMANDS;
export const commandList = (): [string, Command][] => Object.entries(COMMANDS);

/** Everything that can be typed with the options of one command: /imagine, unless another is named. */
function help(name = 'imagine'): Reply {
  const command: Command = COMMANDS[known(name)];
  const options = Object.entries(command.options ?? {}).filter(
    ([option, { type }]) => option !== command.main && type !== 'picture',
  );
  return {
    ...notice('What you can type here'),
    lines: [
      ...commandList().map(([, { usage, description }]) => `${usage} — ${description}`),
      ...(options.length > 0 ? [`Options of /${name}:`] : []),
      ...options.map(([option, { description }]) => `--${option} — ${description}`),
    ],
  };
}

function known(word: string): CommandName {
  if (Object.hasOwn(COMMANDS, word)) return word as CommandName;
  throw new AppError('invalid_request', `There is no command /${word.slice(0, 30)}. Type /help to see what there is.`);
}

/**
 * `/imagine a cat` → imagine, `a cat`; text without a slash is a prompt, or beside an attached picture what it should
 * become. Throws invalid_request for other commands.
 */
export function readCommand(text: string, withPictures = false): { name: CommandName; rest: string } {
  const typed = text.trim();
  if (!typed.startsWith('/')) return { name: withPictures ? 'stylize' : 'imagine', rest: typed };
  const [, word = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(typed) ?? [];
  return { name: known(word.toLowerCase()), rest };
}

export async function runCommand(
  deps: Deps,
  { text, ...call }: { text: string; eventId: string; visitor: Visitor; pictures: readonly Attached[] },
): Promise<Answer> {
  const { name, rest } = readCommand(text, call.pictures.length > 0);
  return COMMANDS[name].run(deps, { ...call, rest });
}
