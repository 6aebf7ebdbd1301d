import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { nonceOf } from '../../../../src/bots/discord/api.ts';
import { cut, literal } from '../../../../src/bots/discord/escape.ts';
import { content, render } from '../../../../src/bots/discord/render.ts';
import { decodeAction } from '../../../../src/core/action.ts';
import type { Reply, ReplyImage } from '../../../../src/core/reply.ts';

const generationId = '0199b2f0-1111-7222-8333-444455556666';

const picture = async (side = 32, noisy = false): Promise<Uint8Array> => {
  const data = Buffer.alloc(side * side * 3, 90);
  if (noisy) for (let i = 0; i < data.length; i++) data[i] = (i * 2_654_435_761) >>> 13;
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
};

const anImage = (over: Partial<ReplyImage> = {}): ReplyImage => ({
  key: 'key',
  name: 'two-red-apples-7.png',
  mime: 'image/png',
  bytes: 100,
  width: 32,
  height: 32,
  altText: 'AI-generated image: two red apples',
  seed: 7,
  ...over,
});

const aReply = (over: Partial<Reply> = {}): Reply => ({
  state: 'done',
  generationId,
  headline: '1 picture in 3 s.',
  prompt: 'two red apples',
  lines: ['Seed 7.'],
  images: [],
  buttons: [],
  private: false,
  ...over,
});

/** What a reader sees: backslashes that escape something are not shown. */
const shown = (text: string) => text.replace(/\\([^0-9A-Za-z\s])/g, '$1');

describe('text', () => {
  const hostile = [
    '@everyone <@123> <@&5> <#9> **bold** __u__ ~~s~~ ||spoiler|| `code` ```block```',
    '# heading',
    '> quote',
    '- list',
    '1. list',
    '-# small',
    '[click](https://evil.example)',
    'https://evil.example/?q=1',
    'back\\slash \\@everyone',
  ];

  it.each(hostile)('shows %j as it was typed', (typed) => {
    expect(shown(literal(typed))).toBe(typed);
  });

  it('leaves no character that could format, mention or link unescaped', () => {
    for (const typed of hostile) {
      const escaped = literal(typed).replace(/\\[^0-9A-Za-z\s]/g, 'x');
      expect(escaped).not.toMatch(/[*_~`|[\]<@]|:\/\/|^\s*[#>+-]|^\s*\d+\./m);
    }
  });

  it('cuts between characters and between escapes', () => {
    for (let max = 2; max < 40; max++) {
      const text = cut(literal('🍎*🍏_🍎~🍏`🍎|🍏@🍎<🍏'), max);
      expect(text.length).toBeLessThanOrEqual(max);
      expect(encodeURIComponent(text)).toBeTruthy(); // throws on half a character
      expect(text).not.toMatch(/(?<!\\)(\\\\)*\\…$/);
    }
  });

  it('stays within 2,000 characters with a prompt of 6,000 and a hundred lines', () => {
    const text = content(aReply({ prompt: '*'.repeat(6000), lines: Array(100).fill('a note of some length') }));
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text).toContain('1 picture in 3 s.');
  });

  it('counts down by itself', () => {
    expect(content(aReply({ readyAt: new Date(1_700_000_000_500) }))).toContain('<t:1700000001:R>');
  });
});

describe('buttons', () => {
  it('carry the action in an id of at most 100 characters', async () => {
    const action = { verb: 'upscale', index: 3, generationId } as const;
    const { body } = await render(
      { read: () => picture() },
      aReply({ buttons: [[{ label: 'U4', style: 'primary', action }]] }),
    );
    expect(body.components[0]!.components[0]).toMatchObject({
      custom_id: `v1:upscale:3:${generationId}`,
      style: 1,
      label: 'U4',
    });
    expect(body.components[0]!.components[0]!.custom_id.length).toBeLessThanOrEqual(100);
  });

  it('vanish when a reply has none, and so do old files', async () => {
    const { body } = await render({ read: () => picture() }, aReply());
    expect(body).toMatchObject({ components: [], attachments: [], allowed_mentions: { parse: [] } });
  });
});

describe('menus', () => {
  it('stand below the buttons, and each choice carries its whole action', async () => {
    const action = { verb: 'stylize', index: 3, generationId, detail: 'night-wind'.padEnd(44, '-') } as const;
    const options = Array.from({ length: 30 }, (_, i) => ({
      label: `Brush ${i}`.padEnd(120, '!'),
      ...(i % 2 === 0 && { note: 'for icons'.padEnd(120, '!') }),
      action: { ...action, index: i },
    }));
    const { body } = await render(
      { read: () => picture() },
      aReply({
        buttons: [[{ label: 'Vary', style: 'neutral', action: { verb: 'vary', index: 0, generationId } }]],
        menus: [
          { placeholder: 'Stylize with…', options },
          { placeholder: 'More of…', options: options.slice(0, 2) },
        ],
      }),
    );
    const menus = body.components.flatMap(({ components }) => components).filter((one) => 'options' in one);
    expect(body.components).toHaveLength(3);
    expect(new Set(menus.map(({ custom_id }) => custom_id)).size).toBe(2);
    expect(menus[0]!.options).toHaveLength(25);
    expect(menus[0]!.options.slice(0, 2).map(({ description }) => description?.length)).toEqual([100, undefined]);
    for (const { label, value } of menus[0]!.options) {
      expect(label.length).toBeLessThanOrEqual(100);
      expect(value.length).toBeLessThanOrEqual(100);
    }
    expect(decodeAction(menus[0]!.options[3]!.value)).toEqual(action);
  });
});

describe('pictures', () => {
  it('too many for a message are one sheet and one archive, within the limit', async () => {
    const large = await picture(96, true);
    const images = Array.from({ length: 12 }, (_, i) => anImage({ key: `${i}`, bytes: large.length, hidden: i === 0 }));
    const limit = large.length * 5;
    const { body, files } = await render(
      { read: async () => large },
      aReply({ images, archive: { name: 'faces.zip' } }),
      limit,
    );
    expect(files.map(({ name }) => name)).toEqual([
      ...['SPOILER_two-red-apples-7-sheet.png', 'SPOILER_faces-1.zip', 'SPOILER_faces-2.zip', 'SPOILER_faces-3.zip'],
    ]);
    for (const { data } of files) expect((data as Buffer).length).toBeLessThanOrEqual(limit);
    expect(body.attachments[0]!.description).toMatch(/^1: AI-generated image.*\n12: AI-generated image/s);
    for (const { description } of body.attachments) expect(description.length).toBeLessThanOrEqual(1024);
  });

  it('that move keep moving', async () => {
    const { files } = await render(
      { read: () => picture() },
      aReply({ images: [anImage({ name: 'morph-7.webp', mime: 'image/webp' })] }),
    );
    expect(files[0]).toMatchObject({ name: 'morph-7.webp', contentType: 'image/webp' });
  });

  it('carry their alt text', async () => {
    const { body, files } = await render({ read: () => picture() }, aReply({ images: [anImage()] }));
    expect(files.map(({ key, name }) => [key, name])).toEqual([['files[0]', 'two-red-apples-7.png']]);
    expect(body.attachments).toEqual([
      { id: 0, filename: 'two-red-apples-7.png', description: 'AI-generated image: two red apples' },
    ]);
  });

  it('come as one sheet when there are four, with every alt text on it', async () => {
    const images = [0, 1, 2, 3].map((i) => anImage({ altText: `AI-generated image: apple ${i} ${'x'.repeat(900)}` }));
    const { body, files } = await render({ read: () => picture() }, aReply({ images }));
    expect(files).toHaveLength(1);
    const { width, height } = await sharp(files[0]!.data as Buffer).metadata();
    expect([width, height]).toEqual([68, 68]);
    const { description } = body.attachments[0]!;
    for (const i of [0, 1, 2, 3]) expect(description).toContain(`apple ${i}`);
    expect(description.length).toBeLessThanOrEqual(1024);
  });

  it('are blurred when moderation hides them', async () => {
    const { body, files } = await render({ read: () => picture() }, aReply({ images: [anImage({ hidden: true })] }));
    expect(files[0]!.name).toBe('SPOILER_two-red-apples-7.png');
    expect(body.attachments[0]!.filename).toBe('SPOILER_two-red-apples-7.png');
  });

  it('are made to fit what may be uploaded, with a note', async () => {
    const large = await picture(256, true);
    const limit = Math.floor(large.length / 2);
    const { body, files } = await render({ read: async () => large }, aReply({ images: [anImage()] }), limit);
    expect((files[0]!.data as Buffer).length).toBeLessThanOrEqual(limit);
    expect(files[0]).toMatchObject({ name: 'two-red-apples-7.jpg', contentType: 'image/jpeg' });
    expect(body.content).toContain('Sent as JPEG');
  });

  it('give way to a preview while there are none', async () => {
    const { files } = await render(
      { read: () => picture() },
      aReply({ state: 'working', preview: anImage({ name: 'preview.jpg' }) }),
    );
    expect(files.map(({ name }) => name)).toEqual(['preview.jpg']);
  });
});

describe('a nonce', () => {
  it('names one generation in at most 25 characters', () => {
    expect(nonceOf('ffffffff-ffff-ffff-ffff-ffffffffffff').length).toBeLessThanOrEqual(25);
    expect(nonceOf(generationId)).not.toBe(nonceOf(generationId.replace('6666', '6667')));
  });
});
