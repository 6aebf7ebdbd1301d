/** What could be typed next: commands after a slash, options after two hyphens, choices after an option or a command that has some. */
import type { CommandHint, Hints } from '../wire.ts';

export interface Suggestion {
  /** Replaces the text from `from` to the caret. */
  insert: string;
  label: string;
  description: string;
}

export interface Suggestions {
  from: number;
  items: Suggestion[];
}

/** The command that a text is for; without one, what the page takes it for. */
export const commandOf = (text: string, { commands }: Hints, otherwise = 'imagine'): CommandHint | undefined => {
  const [, name = otherwise] = /^\s*\/(\S+)\s/.exec(text) ?? [];
  return commands.find((command) => command.name === name.toLowerCase());
};

export function suggest(text: string, caret: number, hints: Hints, otherwise?: string): Suggestions {
  const before = text.slice(0, caret);
  const { commands, notes } = hints;
  const { options = [], words = [] } = commandOf(text, hints, otherwise) ?? {};
  const starting = <Item extends { label: string }>(typed: string, items: Item[]) =>
    items.filter(({ label }) => label.startsWith(typed.toLowerCase()) && label !== typed);

  const command = /^\/(\S*)$/.exec(before);
  if (command) {
    const items = commands.map(({ name, usage, description }) => ({
      insert: `/${name} `,
      label: name,
      description: `${description} ${usage}`,
    }));
    return { from: 0, items: starting(command[1]!, items).map((item) => ({ ...item, label: `/${item.label}` })) };
  }
  const value = /(?:^|\s)(?:--|—)(\w+)[ =](\S*)$/.exec(before);
  const chosen = value && options.find(({ name }) => name === value[1]!.toLowerCase());
  if (chosen && chosen.choices.length > 0) {
    const items = chosen.choices.map((choice) => ({
      insert: `${choice} `,
      label: choice,
      description: notes[choice] ?? '',
    }));
    const typed = value[2]!.toLowerCase();
    const holding = items.filter(({ label }) => label.includes(typed) && !label.startsWith(typed));
    return { from: caret - typed.length, items: [...starting(typed, items), ...(typed ? holding : [])] };
  }
  const option = /(?:^|\s)((?:--|—)(\w*))$/.exec(before);
  if (option) {
    const items = options
      .filter(({ name }) => !new RegExp(`(--|—)${name}\\b`).test(text.slice(0, caret - option[1]!.length)))
      .map(({ name, description, range }) => ({
        insert: `--${name} `,
        label: name,
        description: range ? `${description} (${range})` : description,
      }));
    return {
      from: caret - option[1]!.length,
      items: starting(option[2]!, items).map((item) => ({ ...item, label: `--${item.label}` })),
    };
  }
  const word = /^\s*\/\S+\s+([\w-]*)$/.exec(before);
  if (word && words.length > 0) {
    const items = words.map((choice) => ({ insert: `${choice} `, label: choice, description: notes[choice] ?? '' }));
    return { from: caret - word[1]!.length, items: starting(word[1]!, items) };
  }
  return { from: caret, items: [] };
}
