/** The buttons under an answer. Deleting asks a second time, in place. */
import type { WireButton } from '../wire.ts';
import { h } from './dom.ts';
import { icon, isIcon } from './icons.ts';

const SURE_MS = 5000;
const SAYS: Record<string, string> = { upscale: 'upscale picture', vary: 'vary picture' };

export function buttonRows(rows: readonly WireButton[][], press: (code: string) => Promise<void>): HTMLElement {
  return h('div', { class: 'rows' }, ...rows.map((row) => h('div', { class: 'row' }, ...row.map(one))));

  function one({ label, code, style }: WireButton): HTMLButtonElement {
    const [, verb = '', index = '0'] = code.split(':');
    const words = label.replace(/^\p{Extended_Pictographic}\uFE0F?\s*/u, '');
    const short = /^[UV]\d$/.test(words);
    const text = h('span', {}, words);
    const button = h(
      'button',
      {
        type: 'button',
        class: `press ${style}${short ? ' short' : ''}`,
        'data-code': code,
        'aria-label': short ? `${words}: ${SAYS[verb] ?? verb} ${Number(index) + 1}` : undefined,
        title: short ? `${SAYS[verb] ?? verb} ${Number(index) + 1}` : undefined,
        click: () => void pressed(),
      },
      ...(isIcon(verb) && !short ? [icon(verb)] : []),
      text,
    );
    let sure = verb !== 'delete';

    async function pressed(): Promise<void> {
      if (button.getAttribute('aria-disabled') === 'true') return;
      if (!sure) {
        sure = true;
        text.textContent = 'Delete for good?';
        setTimeout(() => {
          sure = false;
          text.textContent = words;
        }, SURE_MS);
        return;
      }
      button.setAttribute('aria-disabled', 'true'); // not `disabled`: that would lose the focus
      if (verb === 'cancel') text.textContent = 'Cancelling…';
      await press(code);
      button.removeAttribute('aria-disabled');
    }
    return button;
  }
}
