/** What `atelier imagine` takes beside the options every platform has. */
import { type Options, toRequest } from '../bots/options.ts';
import { AppError } from '../core/errors.ts';
import { Request, type RequestInput, type RequestOf } from '../core/request.ts';
import { readControl } from './control-options.ts';
import type { HandedIn } from './handed-in.ts';

/** As commander hands them over. */
export interface ShellOptions {
  from?: string;
  strength?: string;
  mask?: string;
  extend?: string;
  hires?: string;
  hiresStrength?: string;
  variation?: string;
  walkTo?: string;
  walkSeed?: string;
  frames?: string;
  clipSkip?: string;
  weighting?: string;
  guidanceRescale?: string;
  guidanceInterval?: string;
  control?: string[];
}

/** Throws invalid_request with everything that has to change. */
export async function readRequest(
  shell: ShellOptions,
  options: Options,
  handedIn: Pick<HandedIn, 'add'>,
): Promise<RequestOf<'imagine'>> {
  const { from, mask, extend, walkTo, walkSeed, frames } = shell;
  const one = (name: Exclude<keyof ShellOptions, 'control'>) => given(shell[name], (text) => numbers(name, text, 1)[0]);
  const picture = await given(from, handedIn.add);
  if (!picture && (mask ?? extend ?? shell.strength) !== undefined)
    throw new AppError('invalid_request', 'Name a picture to begin with: --from FILE.');
  const [variationSeed, variationStrength] = given(shell.variation, (text) => numbers('variation', text, 2)) ?? [];
  const wanted = {
    ...toRequest(options),
    ...(picture && {
      init: {
        picture,
        strength: one('strength'),
        mask: mask === 'alpha' ? picture : await given(mask, handedIn.add),
        extend: given(extend, margins),
      },
    }),
    ...(shell.hires !== undefined && { hires: { scale: one('hires'), strength: one('hiresStrength') } }),
    ...(variationSeed !== undefined && { variation: { seed: variationSeed, strength: variationStrength } }),
    ...((walkTo ?? walkSeed ?? frames) !== undefined && {
      walk: { prompt: walkTo, seed: one('walkSeed'), frames: one('frames') },
    }),
    ...(shell.control && {
      controls: await Promise.all(shell.control.map((text) => readControl(text, handedIn.add))),
    }),
    clipSkip: one('clipSkip'),
    weighting: shell.weighting,
    guidanceRescale: one('guidanceRescale'),
    guidanceInterval: given(shell.guidanceInterval, (text) => numbers('guidanceInterval', text, 2)),
  };
  const parsed = Request.safeParse(wanted as RequestInput);
  if (parsed.success) return parsed.data as RequestOf<'imagine'>;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AppError('invalid_request', problems.join('\n'), { cause: parsed.error });
}

const given = <T, U>(value: T | undefined, use: (value: T) => U): U | undefined =>
  value === undefined ? undefined : use(value);

const dashed = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function numbers(name: string, text: string, count: number): number[] {
  const values = text.split(/[,:]/).map(Number);
  if (values.length === count && values.every(Number.isFinite)) return values;
  const wanted = count === 1 ? 'a number' : `${count} numbers with a comma between them`;
  throw new AppError('invalid_request', `${dashed(name)} takes ${wanted}, not “${text.slice(0, 40)}”.`);
}

/** `64` on every side, or `left,top,right,bottom`. */
function margins(text: string) {
  const [left = 0, top = left, right = left, bottom = left] = numbers('extend', text, text.includes(',') ? 4 : 1);
  return { left, top, right, bottom };
}
