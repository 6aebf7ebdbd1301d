/** What pressing a menu's button will do, in words that fit on it: of the choice that is shown beside it. */
import type { WireMenu } from '../wire.ts';

export function doing({ code, label }: WireMenu['options'][number]): string {
  const [, verb = '', index = '0', , detail] = code.split(':');
  const [, numbered] = /^(\d+): /.exec(label) ?? [];
  if (verb === 'stylize') return numbered ? `Paint picture ${numbered}` : 'Paint it';
  if (verb === 'upscale') return `Enlarge picture ${Number(index) + 1}`;
  if (verb === 'edit') return detail ? 'Change the face' : `Take face ${Number(index) + 1}`;
  return verb === 'show' ? 'Show it again' : 'Choose it';
}
