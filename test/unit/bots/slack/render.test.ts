import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/bots/commands.ts';
import { form, type Origin, problems, readForm } from '../../../../src/bots/slack/form.ts';
import { home } from '../../../../src/bots/slack/home.ts';
import { REACTION_NAMES } from '../../../../src/bots/slack/reaction-names.ts';
import { render } from '../../../../src/bots/slack/render.ts';
import { sendable } from '../../../../src/bots/slack/sendable.ts';
import { VERBS } from '../../../../src/core/action.ts';
import type { GenerationView } from '../../../../src/core/records.ts';
import type { Reply, ReplyImage } from '../../../../src/core/reply.ts';
import type { Kind } from '../../../../src/core/request.ts';
import { messageBlockProblems, viewProblems } from '../../../e2e/slack/stand-in/block-kit.ts';
import { markupProblems } from '../../../e2e/slack/stand-in/rules.ts';
import { createWorkspace } from '../../../e2e/slack/stand-in/workspace.ts';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const LONG = '<!channel> & <@U1|x> `*_~ 🍎 '.repeat(230).slice(0, 6000);

const aReply = (change: Partial<Reply> = {}): Reply => ({
  state: 'done',
  generationId: ID,
  headline: '4 pictures in 3 s.',
  prompt: 'two red apples',
  lines: ['Seeds 1, 2, 3, 4.'],
  images: Array.from({ length: 4 }, (_, i) => ({
    key: `k${i}`,
    name: `a-${i}.png`,
    mime: 'image/png',
    bytes: 1,
    width: 8,
    height: 8,
    altText: `AI-generated image: ${'x'.repeat(3000)}`,
    seed: i,
  })),
  buttons: [
    VERBS.map((verb) => ({ label: 'L'.repeat(90), style: 'primary', action: { verb, index: 0, generationId: ID } })),
  ],
  private: false,
  ...change,
});

const everyMrkdwn = (node: unknown): string[] => {
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'mrkdwn' && 'text' in node) return [String(node.text)];
  return Object.values(node).flatMap(everyMrkdwn);
};

const everyString = (node: unknown): string[] =>
  typeof node === 'string' ? [node] : typeof node === 'object' && node ? Object.values(node).flatMap(everyString) : [];

describe('a reply rendered for Slack', () => {
  it.each<[string, Partial<Reply>]>([
    ['as usual', {}],
    ['with a prompt of 6,000 characters', { prompt: LONG }],
    ['with everything too long', { prompt: LONG, headline: LONG, lines: Array.from({ length: 30 }, () => LONG) }],
    ['at work', { state: 'working', progress: { step: 3, total: 20 }, images: [] }],
    ['at work with no steps known', { state: 'working', progress: { step: 0, total: 0 }, images: [] }],
    [
      'as a notice',
      { state: 'notice', prompt: LONG, lines: Array.from({ length: 30 }, () => LONG), images: [], buttons: [] },
    ],
    ['without buttons', { buttons: [[]] }],
  ])('keeps every limit %s', (_what, change) => {
    const reply = aReply(change);
    const { text, blocks } = render(
      reply,
      reply.images.map((_, i) => `F${i}`),
    );
    expect(messageBlockProblems(blocks)).toEqual([]);
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(4000);
    const workspace = createWorkspace();
    workspace.typed.push(LONG);
    for (const shown of [text, ...everyMrkdwn(blocks)]) expect(markupProblems(workspace, shown)).toEqual([]);
  });

  it('shows each picture with its alt text, numbered as its buttons are', () => {
    const { blocks } = render(aReply(), ['F0', 'F1', 'F2', 'F3']);
    const images = blocks.filter((block) => block.type === 'image');
    expect(images.map(({ title }) => title?.text)).toEqual(['1: seed 0', '2: seed 1', '3: seed 2', '4: seed 3']);
    for (const { alt_text } of images) expect(alt_text).toMatch(/^AI-generated image:/);
  });

  it('carries the whole action in a button', () => {
    expect(everyString(render(aReply()).blocks)).toContain(`v1:vary:0:${ID}`);
  });
});

describe('a menu', () => {
  it('keeps its limits and carries the whole action', () => {
    const options = Array.from({ length: 25 }, (_, i) => ({
      label: `${i} ${'x'.repeat(100)}`,
      ...(i === 7 && { note: `for icons ${'x'.repeat(100)}` }),
      action: { verb: 'stylize', index: 0, generationId: ID, detail: `brush-${i}-${'b'.repeat(30)}` } as const,
    }));
    const menus = ['Paint it…', 'Less of…'].map((placeholder) => ({ placeholder, options }));
    const { blocks } = render(aReply({ menus: [...menus, { placeholder: 'Nothing', options: [] }] }), ['F0']);
    expect(messageBlockProblems(blocks)).toEqual([]);
    expect(everyString(blocks)).toContain(`v1:stylize:0:${ID}:brush-7-${'b'.repeat(30)}`);
    expect(everyString(blocks)).not.toContain('Nothing');
    expect(everyString(blocks).filter((text) => text.startsWith('for icons'))).toHaveLength(2);
  });
});

describe('pictures beside each other', () => {
  it('say which is which, and archives are named where they can be found again', () => {
    const [before, after] = aReply().images.map((image, i) => ({ ...image, title: ['Before', 'After'][i]! }));
    const { blocks } = render(aReply({ images: [before!, after!] }), ['F0', 'F1'], {
      ids: ['F8', 'F9'],
      line: 'All of it.',
    });
    expect(messageBlockProblems(blocks)).toEqual([]);
    expect(blocks.flatMap((block) => (block.type === 'image' ? (block.title?.text ?? []) : []))).toEqual([
      'Before',
      'After',
    ]);
    expect(blocks.map(({ block_id }) => block_id)).toContain('archive:F8,F9');
  });
});

describe('the forms', () => {
  const brushes = Array.from({ length: 130 }, (_, i) => ({
    name: `brush-${i}`,
    title: `Brush ${'x'.repeat(90)} ${i}`,
  }));
  const styles = Array.from({ length: 130 }, (_, i) => ({ name: `style-${i}`, title: `Style ${i}` }));
  const none = { brushes: () => [], styles: () => [] };
  const some = { brushes: () => brushes, styles: () => styles };
  const kinds = Object.keys(COMMANDS) as Kind[];

  it.each(kinds)('of %s keeps every limit of a modal, with everything and with nothing to choose from', (kind) => {
    const files = Array.from({ length: 10 }, (_, i) => ({ id: `F0123456${i}`, name: 'n'.repeat(60) }));
    const origin = { channel: 'C1', threadTs: '1.2', responseUrl: `https://hooks.slack.com/${'x'.repeat(90)}` };
    for (const choices of [none, some])
      for (const about of [undefined, { ts: '1.2', ours: 4 }, { ts: '1.2', files }]) {
        const view = form(kind, { ...origin, ...(about && { about }) }, choices, {
          words: LONG,
          from: LONG,
          attributes: LONG,
        });
        expect(viewProblems(view)).toEqual([]);
        expect(view.private_metadata!.length).toBeLessThan(3000);
      }
  });

  it('offers what there is, and no field for what there is not', () => {
    expect(JSON.stringify(form('imagine', {}, some))).toContain('style-99');
    expect(JSON.stringify(form('imagine', {}, none))).not.toContain('"style"');
    expect(JSON.stringify(form('stylize', {}, none))).not.toContain('"brush"');
  });

  it('about the pictures of a message asks which one, and for no other', () => {
    const names = (about: Origin['about']) =>
      form('stylize', { ...(about && { about }) }, some).blocks.map(({ block_id }) => block_id);
    expect(names(undefined)).toContain('picture');
    expect(names({ ts: '1', ours: 1 })).not.toContain('picture');
    expect(names({ ts: '1', ours: 1 })).not.toContain('which');
    expect(names({ ts: '1', files: [{ id: 'F1' }, { id: 'F2' }] })[0]).toBe('which');
    const [which] = form('stylize', { about: { ts: '1', ours: 'many' } }, some).blocks;
    expect(which).toMatchObject({ block_id: 'which', element: { type: 'plain_text_input' } });
  });

  const filled = (options: Record<string, unknown>, files = {}) => ({ options, files, which: '0' });

  it('names each wrong field and no right one', () => {
    const wrong = (kind: Kind, given: ReturnType<typeof filled>) => Object.keys(problems(kind, given)).sort();
    const imagined = { prompt: ' ', seed: '-1', steps: '12', size: 'big', guidance: '31', count: '4' };
    expect(wrong('imagine', filled(imagined))).toEqual(['guidance', 'prompt', 'seed', 'size']);
    expect(wrong('imagine', filled({ prompt: 'apples', seed: '0', private: true }))).toEqual([]);
    expect(wrong('stylize', filled({ brush: 'ink', strength: '7' }))).toEqual(['strength']);
    expect(wrong('stylize', filled({}))).toEqual(['words']);
    expect(wrong('stylize', filled({}, { like: { id: 'F1', mimetype: 'image/png' } }))).toEqual([]);
    expect(wrong('stylize', filled({ words: 'x' }, { picture: { id: 'F1', name: 'a.docx' } }))).toEqual(['picture']);
    expect(wrong('face', filled({ count: '301', truncation: '0.5' }))).toEqual(['count']);
    expect(wrong('morph', filled({ from: 'a', to: 'b', frames: '1' }))).toEqual(['frames']);
  });

  it('reads every kind of field and leaves the empty ones out', () => {
    const file = { id: 'F1', name: 'a.png', mimetype: 'image/png', url_private: 'https://files.slack.com/a' };
    const read = readForm('stylize', {
      which: { value: { selected_option: { value: '2' } } },
      picture: { value: { type: 'file_input', files: [{ ...file, size: 3 }] } },
      like: { value: { type: 'file_input', files: [] } },
      words: { value: { value: null } },
      brush: { value: { selected_option: { value: 'ink' } } },
      quality: { value: { selected_option: null } },
      private: { value: { selected_options: [{ value: 'true' }] } },
    });
    expect(read).toEqual({ options: { brush: 'ink', private: true }, files: { picture: file }, which: '2' });
  });
});

describe('what is sent to Slack', () => {
  const animated = async () => {
    const data = Buffer.from(
      Array.from({ length: 16 * 8 * 3 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (40 * Math.floor(i / 512)) % 256)),
    );
    const raw = { width: 16, height: 24, channels: 4 as const, pageHeight: 8 };
    return sharp(data, { raw })
      .webp({ delay: [50, 60, 70], lossless: true })
      .toBuffer();
  };
  const image = (change: Partial<ReplyImage>): ReplyImage => ({
    ...aReply().images[0]!,
    name: 'a-0.webp',
    mime: 'image/webp',
    ...change,
  });

  it('is a GIF of the same frames and times where it moves', async () => {
    const { name, bytes } = await sendable(image({}), await animated());
    expect(name).toBe('a-0.gif');
    expect(await sharp(bytes).metadata()).toMatchObject({
      format: 'gif',
      pages: 3,
      width: 16,
      height: 8,
      delay: [50, 60, 70],
    });
  });

  it('is a blurred PNG where moderation hides it, and the file itself otherwise', async () => {
    const hidden = await sendable(image({ hidden: true }), await animated());
    expect([hidden.name, (await sharp(hidden.bytes).metadata()).format]).toEqual(['a-0.png', 'png']);
    const png = Buffer.from('as it is');
    expect(await sendable(image({ name: 'b.png', mime: 'image/png' }), png)).toEqual({ name: 'b.png', bytes: png });
  });
});

describe('App Home', () => {
  it('keeps every limit of a home with long prompts, and offers to cancel only what is unfinished', () => {
    const job = (status: GenerationView['status'], n: number) =>
      ({
        id: ID.slice(0, -2) + String(10 + n),
        status,
        request: { kind: 'imagine', prompt: LONG },
        createdAt: new Date(),
        ...(status === 'done' && { endedAt: new Date() }),
      }) as GenerationView;
    const jobs = Array.from({ length: 20 }, (_, n) => job(n < 8 ? 'queued' : 'done', n));
    const view = home(jobs, LONG);
    expect(viewProblems(view)).toEqual([]);
    expect(everyString(view).filter((text) => text.startsWith('v1:cancel:'))).toHaveLength(8);
  });
});

it('gives every reaction of the other platforms a name', () => {
  expect(new Set(REACTION_NAMES.values())).toEqual(new Set(['reroll', 'upscale', 'details', 'delete']));
});
