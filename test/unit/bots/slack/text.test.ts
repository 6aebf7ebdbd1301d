import { describe, expect, it } from 'vitest';
import { clip, escaped, literal, pack, unescaped } from '../../../../src/bots/slack/text.ts';

const NASTY = '<!channel> & <@U1> &lt; `code` *b* 🍎🍏'.repeat(300);

describe('text for Slack', () => {
  it('comes back as it was typed', () => {
    for (const text of ['a < b & c > d', '&lt;', '&amp;amp;', NASTY]) expect(unescaped(escaped(text))).toBe(text);
  });

  it.each([10, 11, 12, 13, 100, 2999])(
    'is cut to %i characters as escaped, never inside an entity or an emoji',
    (limit) => {
      const cut = clip(NASTY, limit, escaped);
      expect(cut.length).toBeLessThanOrEqual(limit);
      expect(cut.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
      expect(cut).not.toMatch(/\p{Cs}/u);
      expect(escaped(NASTY).startsWith(cut.slice(0, -1))).toBe(true);
    },
  );

  it('stays whole when it fits', () => expect(clip('apples', 6)).toBe('apples'));

  it('cannot leave its quotation', () => {
    const quoted = literal('a ` b', 100);
    expect(quoted.match(/`/g)).toHaveLength(2);
    expect(literal(NASTY, 3000).length).toBeLessThanOrEqual(3000);
  });

  it('is packed line by line without losing one', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i} <&>`);
    const packed = pack(lines, 200);
    expect(packed.every((text) => text.length <= 200)).toBe(true);
    expect(packed.join('\n')).toBe(lines.map(escaped).join('\n'));
  });
});
