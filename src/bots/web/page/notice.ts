/** A private word: a refusal, help, or the details of a picture. Gone with a reload. */
import type { WireReply } from '../wire.ts';
import { h } from './dom.ts';
import { icon } from './icons.ts';
import { menuRows } from './menus.ts';
import { pictures, type View } from './pictures.ts';

export function noticeBox(
  reply: WireReply,
  {
    refusal,
    dismiss,
    view,
    press,
  }: { refusal: boolean; dismiss(): void; view: View; press: (code: string) => Promise<void> },
): HTMLElement {
  return h(
    'div',
    { class: refusal ? 'notice refusal' : 'notice', role: refusal ? 'alert' : 'status' },
    h(
      'div',
      { class: 'said' },
      h('p', { class: 'headline' }, reply.headline),
      ...(reply.images.length > 0 ? [pictures(reply.images, view)] : []),
      ...(reply.lines.length > 0 ? [h('ul', {}, ...reply.lines.map(line))] : []),
      ...(reply.menus.length > 0 ? [menuRows(reply.menus, press)] : []),
      h('p', { class: 'soft' }, 'Only you see this.'),
    ),
    h(
      'button',
      { type: 'button', class: 'round', 'aria-label': 'Dismiss', title: 'Dismiss', click: dismiss },
      icon('cancel'),
    ),
  );
}

/** `Name: value` and `/command — what it does` get their first part set apart. */
function line(text: string): HTMLElement {
  const [, name, value] = /^([A-Z][\w ]{1,24}): (.+)$/s.exec(text) ?? [];
  if (name && value) return h('li', { class: 'fact' }, h('span', {}, name), h('span', {}, value));
  const [, typed, meaning] = /^((?:\/|--)\S.*?) — (.+)$/s.exec(text) ?? [];
  return typed && meaning ? h('li', {}, h('code', {}, typed), ' ', meaning) : h('li', {}, text);
}
