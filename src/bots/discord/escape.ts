/** Text as Discord shows it literally: no markdown, no mention, no link, no custom emoji. */
export const literal = (text: string): string =>
  text
    .replace(/[\\*_~`|[\]<@]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/^(\s*)([#>+-])/gm, '$1\\$2')
    .replace(/^(\s*\d+)\./gm, '$1\\.');

/** At most `max` UTF-16 units, never half a character or half an escape. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text
    .slice(0, max - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/(?<!\\)((?:\\\\)*)\\$/, '$1')}…`;
}
