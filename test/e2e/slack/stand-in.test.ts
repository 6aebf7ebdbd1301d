/** The stand-in itself: a strict Slack that let something through would make every other test worth less. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PICTURE } from './memory-studio.ts';
import { type Slack, startSlackStandIn } from './stand-in/slack.ts';

describe('the strict Slack', () => {
  let slack: Slack;
  beforeAll(async () => {
    slack = await startSlackStandIn('socket');
  });
  afterAll(() => slack.close());
  beforeEach(() => void slack.workspace.violations.splice(0));

  async function call(method: string, args: Record<string, unknown> = {}, token = slack.workspace.botToken) {
    const form = Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const response = await fetch(slack.apiUrl + method, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams(Object.fromEntries(form)),
    });
    return (await response.json()) as { ok: boolean; error?: string } & Record<string, unknown>;
  }
  const post = (message: Record<string, unknown>) =>
    call('chat.postMessage', { channel: slack.general.id, text: 'x', ...message });
  const text = (words: string) => ({ type: 'mrkdwn', text: words });
  const plain = (words: string) => ({ type: 'plain_text', text: words });
  const button = (action_id: string, more = {}) => ({ type: 'button', action_id, text: plain('B'), ...more });
  const violated = (words: string | RegExp) =>
    expect(slack.workspace.violations.join('\n')).toMatch(typeof words === 'string' ? new RegExp(words) : words);

  it('takes a message within the limits', async () => {
    expect(await post({ blocks: [{ type: 'section', text: text('a'.repeat(3000)) }] })).toMatchObject({ ok: true });
    expect(slack.workspace.violations).toEqual([]);
  });

  it.each<[string, unknown[]]>([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['a section of 3,001 characters', [{ type: 'section', text: text('a'.repeat(3001)) }]],
    ['a header of 151', [{ type: 'header', text: plain('a'.repeat(151)) }]],
    ['26 elements in a row', [{ type: 'actions', elements: Array.from({ length: 26 }, (_, i) => button(`a${i}`)) }]],
    ['a button text of 76', [{ type: 'actions', elements: [button('a', { text: plain('a'.repeat(76)) })] }]],
    ['a value of 2,001', [{ type: 'actions', elements: [button('a', { value: 'v'.repeat(2001) })] }]],
    [
      'an action_id used twice',
      [
        { type: 'actions', elements: [button('a')] },
        { type: 'actions', elements: [button('a')] },
      ],
    ],
    [
      'a block_id used twice',
      [
        { type: 'divider', block_id: 'x' },
        { type: 'divider', block_id: 'x' },
      ],
    ],
    ['an image without alt text', [{ type: 'image', image_url: 'https://x.example/a.png' }]],
    ['an image with two sources', [{ type: 'image', alt_text: 'a', image_url: 'https://x', slack_file: { id: 'F' } }]],
    ['a slack_file with id and url', [{ type: 'image', alt_text: 'a', slack_file: { id: 'F', url: 'https://x' } }]],
    ['a file that does not exist', [{ type: 'image', alt_text: 'a', slack_file: { id: 'F404' } }]],
    ['a field that does not exist', [{ type: 'divider', colour: 'red' }]],
    [
      'an input outside a view',
      [{ type: 'input', label: plain('x'), element: { type: 'plain_text_input', action_id: 'a' } }],
    ],
  ])('refuses %s', async (_what, blocks) => {
    expect(await post({ blocks })).toMatchObject({ ok: false, error: 'invalid_blocks' });
    expect(slack.workspace.violations).not.toEqual([]);
  });

  it('notices an unescaped prompt, in text and in blocks', async () => {
    slack.workspace.typed.push('hello <!channel>');
    await post({ text: 'hello <!channel>' });
    violated('<!channel> was typed by a person');
    await post({ blocks: [{ type: 'section', text: text('hello <!channel>') }] });
    expect(slack.workspace.violations).toHaveLength(2);
    await post({ text: 'a < b' });
    violated('unescaped markup');
  });

  it('notices a message without text', async () => {
    await post({ text: '', blocks: [{ type: 'divider' }] });
    violated('no text');
  });

  it('shows a file only when it was processed, and never without the token', async () => {
    const { file_id, upload_url } = await call('files.getUploadURLExternal', {
      filename: 'a.png',
      length: PICTURE.length,
    });
    expect((await fetch(String(upload_url), { method: 'POST', body: Uint8Array.from(PICTURE) })).status).toBe(200);
    expect(await call('files.completeUploadExternal', { files: [{ id: file_id }] })).toMatchObject({ ok: true });
    const blocks = [{ type: 'image', alt_text: 'a', slack_file: { id: file_id } }];
    expect(await post({ blocks })).toMatchObject({ error: 'invalid_blocks' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await post({ blocks })).toMatchObject({ ok: true });
    const url = `${slack.api.origin}/files-pri/T-${String(file_id)}/a.png`;
    expect((await fetch(url)).headers.get('content-type')).toBe('text/html');
    const { botToken } = slack.workspace;
    expect((await fetch(url, { headers: { authorization: `Bearer ${botToken}` } })).headers.get('content-type')).toBe(
      'image/png',
    );
  });

  it('refuses alt_text for alt_txt, wrong tokens and unknown methods', async () => {
    expect(await call('files.getUploadURLExternal', { filename: 'a.png', length: 1, alt_text: 'a' })).toMatchObject({
      error: 'invalid_arguments',
    });
    expect(await call('auth.test', {}, 'xoxb-no')).toMatchObject({ error: 'invalid_auth' });
    expect(await call('chat.shout')).toMatchObject({ error: 'unknown_method' });
  });

  it('keeps the app to the scopes of its manifest', async () => {
    slack.workspace.scopes.delete('files:write');
    expect(await call('files.delete', { file: 'F' })).toMatchObject({ error: 'missing_scope' });
    slack.workspace.scopes.add('files:write');
  });

  it('takes a trigger once and for three seconds', async () => {
    const { id } = slack.workspace.addPerson('ann');
    const view = { type: 'modal', title: plain('T'), blocks: [{ type: 'divider' }] };
    const trigger_id = slack.workspace.trigger(id);
    expect(await call('views.open', { trigger_id, view })).toMatchObject({ ok: true });
    expect(await call('views.open', { trigger_id, view })).toMatchObject({ error: 'exchanged_trigger_id' });
    const old = slack.workspace.trigger(id);
    slack.workspace.triggers.get(old)!.issued -= 3001;
    expect(await call('views.open', { trigger_id: old, view })).toMatchObject({ error: 'expired_trigger_id' });
    const long = { ...view, title: plain('a'.repeat(25)), private_metadata: 'm'.repeat(3001) };
    expect(await call('views.open', { trigger_id: slack.workspace.trigger(id), view: long })).toMatchObject({
      error: 'invalid_arguments',
    });
    violated('expired_trigger_id');
  });

  it('notices a command nobody acknowledged', async () => {
    const person = slack.join('lonely'); // there is no bot connected
    await person.slash(slack.general, 'apples');
    violated('not acknowledged within three seconds');
  });
});
