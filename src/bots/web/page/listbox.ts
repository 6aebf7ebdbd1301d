/** The list of suggestions over the composer, steered from the text field (ARIA: listbox with an active descendant). */
import { byId, h } from './dom.ts';
import type { Suggestion, Suggestions } from './suggestions.ts';

export interface Listbox {
  show(suggestions: Suggestions): void;
  hide(): void;
  /** True when the key was for the list. */
  key(event: KeyboardEvent): boolean;
}

export function createListbox(field: HTMLTextAreaElement, accept: (item: Suggestion, from: number) => void): Listbox {
  const list = byId('suggestions');
  let shown: Suggestions = { from: 0, items: [] };
  let active = -1;

  const activate = (index: number) => {
    active = index;
    for (const [i, child] of [...list.children].entries()) {
      child.setAttribute('aria-selected', String(i === active));
      if (i === active) child.scrollIntoView({ block: 'nearest' });
    }
    if (active < 0) field.removeAttribute('aria-activedescendant');
    else field.setAttribute('aria-activedescendant', `suggestion-${active}`);
  };
  const hide = () => {
    list.hidden = true;
    shown = { from: 0, items: [] };
    activate(-1);
  };
  const take = (index: number) => {
    const [item, from] = [shown.items[index], shown.from];
    hide();
    if (item) accept(item, from);
  };
  const row = ({ label, description }: Suggestion, index: number) =>
    h(
      'div',
      {
        id: `suggestion-${index}`,
        role: 'option',
        'aria-selected': 'false',
        mousedown: (event) => event.preventDefault(), // the field keeps its focus
        click: () => take(index),
      },
      h('strong', {}, label),
      h('span', {}, description),
    );

  return {
    show: (suggestions) => {
      if (suggestions.items.length === 0) return hide();
      shown = suggestions;
      list.replaceChildren(...suggestions.items.map(row));
      list.hidden = false;
      activate(-1);
    },
    hide,
    key: (event) => {
      const { length } = shown.items;
      if (length === 0) return false;
      if (event.key === 'ArrowDown') activate((active + 1) % length);
      else if (event.key === 'ArrowUp') activate(active <= 0 ? length - 1 : active - 1);
      else if (event.key === 'Escape') hide();
      else if ((event.key === 'Enter' || event.key === 'Tab') && active >= 0) take(active);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
