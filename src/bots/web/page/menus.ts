/** Choices under an answer: one is picked, then done. Arrow keys alone must do nothing. */
import type { WireMenu } from '../wire.ts';
import { doing } from './doing.ts';
import { h } from './dom.ts';

export function menuRows(menus: readonly WireMenu[], press: (code: string) => Promise<void>): HTMLElement {
  return h('div', { class: 'row menus' }, ...menus.map(one));

  function one({ placeholder, options }: WireMenu): HTMLElement {
    const select = h(
      'select',
      { class: 'press neutral', 'aria-label': placeholder, change: () => show() },
      h('option', { value: '' }, placeholder),
      ...options.map(({ label, note, code }) => h('option', { value: code }, note ? `${label} — ${note}` : label)),
    );
    const go = h('button', { type: 'button', class: 'press primary', click: () => void picked() });
    const show = () => {
      const chosen = options.find(({ code }) => code === select.value);
      go.hidden = !chosen;
      go.textContent = chosen ? doing(chosen) : '';
    };
    show();

    async function picked(): Promise<void> {
      if (go.getAttribute('aria-disabled') === 'true') return;
      go.setAttribute('aria-disabled', 'true');
      await press(select.value);
      go.removeAttribute('aria-disabled');
      const held = document.activeElement === go; // else what came of it has the focus
      select.value = '';
      if (held) select.focus();
      show();
    }
    return h('span', { class: 'menu' }, select, go);
  }
}
