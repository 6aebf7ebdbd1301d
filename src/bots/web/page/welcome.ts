/** The empty page: what to type, five examples the built-in model draws well, and which platforms could be turned on. */
import type { About } from '../wire.ts';
import { byId, h } from './dom.ts';

const EXAMPLES = [
  'two red apples on a blue background',
  'three stars on a black background',
  'a cat on a blue background --count 4',
  'a small ghost on the left, black background',
  'four hearts on a white background --seed 7',
];

export interface Welcome {
  show(empty: boolean): void;
  about(facts: About): void;
}

export function createWelcome(use: (text: string) => void): Welcome {
  const section = byId('welcome');
  const example = (text: string) =>
    h('li', {}, h('button', { type: 'button', class: 'example', click: () => use(`/imagine ${text}`) }, text));
  byId('examples').append(...EXAMPLES.map(example));
  return {
    show: (empty) => {
      section.hidden = !empty;
    },
    about: ({ platforms }) => {
      const off = platforms.filter(({ on }) => !on);
      byId('elsewhere').replaceChildren(
        ...(off.length > 0 ? ['The same studio works in other chats: '] : []),
        ...off.flatMap(({ name, say }, i) => [...(i ? ['; '] : []), h('b', {}, name), ` is ${say}`]),
        ...(off.length > 0 ? ['.'] : []),
      );
    },
  };
}
