/** What the composer hints with, made from the same table as the parser. */
import type { Studio } from '../../core/studio.ts';
import { OPTIONS } from '../options.ts';
import { commandHelp } from './commands.ts';
import type { Hints } from './wire.ts';

export function hints(studio: Studio): Hints {
  const named: Record<string, Studio['models']> = { model: studio.models, style: studio.styles };
  return {
    commands: commandHelp(),
    options: Object.entries(OPTIONS)
      .filter(([name]) => name !== 'prompt')
      .map(([name, option]) => ({
        name,
        takesValue: option.type !== 'flag',
        description: option.description,
        choices: named[name]?.().map(({ name }) => name) ?? ('choices' in option ? [...option.choices] : []),
        ...('min' in option && { range: `${option.min}–${option.max}` }),
      })),
  };
}
