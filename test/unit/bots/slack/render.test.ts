import { describe, expect, it } from 'vitest';
import { form, problems, readForm } from '../../../../src/bots/slack/form.ts';
import { home } from '../../../../src/bots/slack/home.ts';
import { REACTION_NAMES } from '../../../../src/bots/slack/reaction-names.ts';
import { render } from '../../../../src/bots/slack/render.ts';
import { VERBS } from '../../../../src/core/action.ts';
import type { GenerationView } from '../../../../src/core/records.ts';
import type { Reply } from '../../../../src/core/reply.ts';
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

describe('the form', () => {
  it('keeps every limit of a modal', () => expect(viewProblems(form('m'))).toEqual([]));

  it('offers the styles there are, and no field where there are none', () => {
    const styles = Array.from({ length: 130 }, (_, i) => ({ name: `style-${i}`, title: `Style ${i}` }));
    const view = form('m', styles);
    expect(viewProblems(view)).toEqual([]);
    expect(JSON.stringify(view)).toContain('style-99');
    expect(JSON.stringify(form('m'))).not.toContain('"style"');
  });

  it('names each wrong field and no right one', () => {
    expect(
      Object.keys(problems({ prompt: ' ', seed: '-1', steps: '12', size: 'big', guidance: '31', count: '4' })).sort(),
    ).toEqual(['guidance', 'prompt', 'seed', 'size']);
    expect(problems({ prompt: 'apples', seed: '0', private: true })).toEqual({});
  });

  it('reads every kind of field and leaves the empty ones out', () => {
    expect(
      readForm({
        prompt: { value: { value: 'apples' } },
        negative: { value: { value: null } },
        count: { value: { selected_option: { value: '2' } } },
        sampler: { value: { selected_option: null } },
        private: { value: { selected_options: [{ value: 'true' }] } },
      }),
    ).toEqual({ prompt: 'apples', count: '2', private: true });
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
