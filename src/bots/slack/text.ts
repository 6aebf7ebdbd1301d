/** Text as Slack's mrkdwn wants it: nothing a person typed may ping, link or format. */

/** The three characters that begin markup. https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What was typed, from what Slack sends of it. */
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Cut to `limit` characters as they are after `as`, at a character boundary, with an ellipsis if anything went. */
export function clip(text: string, limit: number, as: (text: string) => string = (same) => same): string {
  const whole = as(text);
  if (whole.length <= limit) return whole;
  let cut = '';
  for (const character of text) {
    const next = cut + as(character);
    if (next.length > limit - 1) break;
    cut = next;
  }
  return `${cut}…`;
}

/** A quotation in which not even * _ ~ or :name: means anything. */
export const literal = (text: string, limit: number): string =>
  `> \`${clip(text.replaceAll('`', 'ˋ'), limit - 4, escaped)}\``;

/** Lines packed into texts of at most `limit` characters each, escaped. */
export function pack(lines: readonly string[], limit: number): string[] {
  const packed: string[] = [];
  for (const line of lines) {
    const next = clip(line, limit, escaped);
    const last = packed.at(-1);
    if (last !== undefined && last.length + 1 + next.length <= limit) packed[packed.length - 1] = `${last}\n${next}`;
    else packed.push(next);
  }
  return packed;
}
