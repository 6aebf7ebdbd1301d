/** Every command that makes pictures: what platforms register, explain, parse and run. */
import type { Kind } from '../core/request.ts';
import type { Acknowledge, Deps, Event } from './ask.ts';
import { FACE, face } from './face.ts';
import { imagine } from './imagine.ts';
import { MORPH, morph } from './morph.ts';
import type { Options, OptionTable } from './option-table.ts';
import { OPTIONS } from './options.ts';
import { STYLIZE, stylize } from './stylize.ts';
import { UPSCALE, upscale } from './upscale.ts';

export interface Command {
  /** ≤ 100 characters. */
  description: string;
  options: OptionTable;
  /** The option that text without a name is. */
  main: string;
  /** Throws AppError (to be shown privately) before anything is shown or changed. */
  run(deps: Deps, event: Event & { options: Options }, acknowledge: Acknowledge): Promise<void>;
}

export const COMMANDS = {
  imagine: { description: 'Make a picture from words', options: OPTIONS, main: 'prompt', run: imagine },
  stylize: {
    description: 'A picture in the manner of a brush, of another picture, or of words',
    options: STYLIZE,
    main: 'words',
    run: stylize,
  },
  face: { description: 'Draw faces of people who do not exist', options: FACE, main: 'attributes', run: face },
  morph: { description: 'One picture turning into another', options: MORPH, main: 'from', run: morph },
  upscale: { description: 'Enlarge a picture', options: UPSCALE, main: 'of', run: upscale },
} satisfies Record<Kind, Command>;
