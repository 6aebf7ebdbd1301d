/** What can be typed into the page: a table of commands, free text being /imagine. */
import { AppError } from '../../core/errors.ts';
import { type Deps as ImagineDeps, imagine } from '../imagine.ts';
import { OPTIONS, parseOptions } from '../options.ts';
import { notice } from '../present.ts';
import type { Live } from './live.ts';
import { current, toMessage } from './messages.ts';
import { visible } from './pictures.ts';
import type { Visitor } from './session.ts';
import type { Shown } from './shown.ts';
import { type Answer, type CommandHelp, toWire } from './wire.ts';

export interface Deps extends ImagineDeps {
  live: Live;
  shown: Shown;
}

interface Call {
  visitor: Visitor;
  eventId: string;
  /** What follows the command's name. */
  rest: string;
}

interface Command {
  usage: string;
  description: string;
  run(deps: Deps, call: Call): Promise<Answer>;
}

const COMMANDS = {
  imagine: {
    usage: '/imagine <what it should show> [--options]',
    description: 'Make pictures. The command’s name may be left out.',
    run: async (deps, { visitor, eventId, rest }) => {
      const answer = deps.shown.answer(visitor, { by: '/imagine', text: rest });
      await imagine(deps, { ...visitor, eventId, options: parseOptions(rest) }, answer.acknowledge);
      return answer.now();
    },
  },
  show: {
    usage: '/show <id>',
    description: 'Show a picture again by the id its details name.',
    run: async ({ studio, live }, { visitor, rest }) => {
      if (!UUID.test(rest))
        throw new AppError('invalid_request', 'Type the id after /show. Details of a picture name it.');
      const generation = await visible(studio, visitor.sender, rest);
      return { message: toMessage(generation, live.get(generation.id)) };
    },
  },
  history: {
    usage: '/history',
    description: 'List your latest jobs with their ids.',
    run: async ({ studio, live }, { visitor }) => {
      const generations = await studio.history(visitor.sender, { limit: 20 });
      const lines = generations.map((generation) => {
        const { request, id, createdAt } = generation;
        const what = request.kind === 'imagine' ? request.prompt.slice(0, 80) : 'upscaled';
        return `${createdAt.toISOString().slice(0, 16).replace('T', ' ')} · ${current(generation, live.get(id)).headline} · ${what} · ${id}`;
      });
      return { notice: toWire({ ...notice(lines.length ? 'Your latest jobs' : 'Nothing made here yet.'), lines }) };
    },
  },
  help: {
    usage: '/help',
    description: 'Say what can be typed here.',
    run: async () => ({
      notice: toWire({
        ...notice('What you can type here'),
        lines: [...commandHelp().map(({ usage, description }) => `${usage} — ${description}`), ...options],
      }),
    }),
  },
} satisfies Record<string, Command>;

const options = Object.entries(OPTIONS)
  .filter(([name]) => name !== 'prompt')
  .map(([name, { description }]) => `--${name} — ${description}`);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type CommandName = keyof typeof COMMANDS;

/** `/imagine a cat` → imagine, `a cat`; text without a slash is a prompt. Throws invalid_request for other commands. */
export function readCommand(text: string): { name: CommandName; rest: string } {
  const typed = text.trim();
  if (!typed.startsWith('/')) return { name: 'imagine', rest: typed };
  const [, word = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(typed) ?? [];
  const name = word.toLowerCase();
  if (Object.hasOwn(COMMANDS, name)) return { name: name as CommandName, rest };
  throw new AppError('invalid_request', `There is no command /${word.slice(0, 30)}. Type /help to see what there is.`);
}

export async function runCommand(
  deps: Deps,
  { text, ...call }: { text: string; eventId: string; visitor: Visitor },
): Promise<Answer> {
  const { name, rest } = readCommand(text);
  return COMMANDS[name].run(deps, { ...call, rest });
}

export const commandHelp = (): CommandHelp[] =>
  Object.entries(COMMANDS).map(([name, { usage, description }]) => ({ name, usage, description }));
