/** Choices under an answer: one is picked, then done. Arrow keys alone must do nothing. */
import type { WireMenu } from '../wire.ts';
import { h } from './dom.ts';

export function menuRows(menus: readonly WireMenu[], press: (code: string) => Promise<void>): HTMLElement {
  return h('div', { class: 'row menus' }, ...menus.map(one));

  function one({ placeholder, options }: WireMenu): HTMLElement {
    const select = h(
      'select',
      { class: 'press neutral', 'aria-label': placeholder, change: () => show() },
      h('option', { value: '' }, placeholder),
      ...options.map(({ label, code }) => h('option', { value: code }, label)),
    );
    const go = h('button', { type: 'button', class: 'press primary', click: () => void picked() }, 'Do it');
    const show = () => {
      go.hidden = !select.value;
    };
    show();

    async function picked(): Promise<void> {
      if (go.getAttribute('aria-disabled') === 'true') return;
      go.setAttribute('aria-disabled', 'true');
      await press(select.value);
      go.removeAttribute('aria-disabled');
      select.value = '';
      select.focus();
      show();
    }
    return h('span', { class: 'menu' }, select, go);
  }
}
