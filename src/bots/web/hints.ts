/** What the composer hints with, made from the same table as the parser. */
import type { Studio } from '../../core/studio.ts';
import { OPTIONS } from '../options.ts';
import { commandHelp } from './commands.ts';
import type { Hints } from './wire.ts';

export const hints = (studio: Studio): Hints => ({
  commands: commandHelp(),
  options: Object.entries(OPTIONS)
    .filter(([name]) => name !== 'prompt')
    .map(([name, option]) => ({
      name,
      takesValue: option.type !== 'flag',
      description: option.description,
      choices:
        name === 'model' ? studio.models().map(({ name }) => name) : 'choices' in option ? [...option.choices] : [],
      ...('min' in option && { range: `${option.min}–${option.max}` }),
    })),
});
