/** What the composer hints with, made from the same tables as the parser. */
import type { Studio } from '../../core/studio.ts';
import type { Option } from '../option-table.ts';
import { commandList } from './commands.ts';
import type { Hints } from './wire.ts';

export function hints(studio: Studio): Hints {
  const choices = ({ suggest, choices = [] }: Option) =>
    suggest ? studio[suggest]().map(({ name }) => name) : [...choices];
  return {
    notes: Object.fromEntries(studio.brushes().flatMap(({ name, note }) => (note ? [[name, note]] : []))),
    commands: commandList().map(([name, { usage, description, options = {}, main }]) => ({
      name,
      usage,
      description,
      pictures: Object.values(options).filter(({ type }) => type === 'picture').length,
      words: [main, 'brush'].flatMap((option = '') => (options[option] ? choices(options[option]) : [])),
      options: Object.entries(options)
        .filter(([option, { type }]) => option !== main && type !== 'picture')
        .map(([option, about]) => ({
          name: option,
          takesValue: about.type !== 'flag',
          description: about.description,
          choices: choices(about),
          ...(about.min !== undefined && { range: `${about.min}–${about.max}` }),
        })),
    })),
  };
}
