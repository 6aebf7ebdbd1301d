/** The corner that says what is connected and in use, and the banner when it is not. */
import type { About } from '../wire.ts';
import type { ConnectionState } from './connection.ts';
import { byId, h } from './dom.ts';

const BANNER: Record<ConnectionState, string> = {
  connected: '',
  lost: 'Connection to the studio lost. Trying again… Jobs go on meanwhile.',
  offline: 'You are offline. Jobs go on meanwhile; this page catches up when you are back.',
};

export interface Status {
  connection(now: ConnectionState): void;
  about(facts: About): void;
}

export function createStatus(): Status {
  const [corner, word, panel, banner] = [byId('status'), byId('status-word'), byId('status-panel'), byId('banner')];

  document.addEventListener('click', ({ target }) => {
    if (!corner.contains(target as Node)) corner.removeAttribute('open');
  });
  corner.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    corner.removeAttribute('open');
    corner.querySelector('summary')?.focus();
  });
  return {
    connection: (now) => {
      corner.dataset.state = now;
      word.textContent = now === 'connected' ? 'Ready' : now === 'lost' ? 'Reconnecting…' : 'Offline';
      banner.textContent = BANNER[now];
      banner.hidden = now === 'connected';
    },
    about: ({ database, queue, engine, model, platforms }) => {
      const facts = { Model: model, Engine: engine, Queue: queue, Database: database };
      const rows = [
        ...Object.entries(facts).map(([name, value]) => ({ name, value, on: true })),
        ...platforms.map(({ name, say, on }) => ({ name, value: say, on })),
      ];
      panel.replaceChildren(
        h(
          'dl',
          {},
          ...rows.map(({ name, value, on }) =>
            h('div', { class: on ? '' : 'off' }, h('dt', {}, name), h('dd', {}, value)),
          ),
        ),
      );
    },
  };
}
