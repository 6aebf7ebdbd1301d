/** Where things are typed: Enter sends, suggestions help, a refused text stays to be mended. */
import type { Hints } from '../wire.ts';
import { byId, h } from './dom.ts';
import { icon } from './icons.ts';
import { createListbox } from './listbox.ts';
import { suggest } from './suggestions.ts';

const CHIPS = ['count', 'seed', 'negative', 'private'];

export interface Composer {
  hint(hints: Hints): void;
  /** Puts this text into the field and sends it. */
  send(text: string): void;
  focus(): void;
}

/** `submit` answers whether the text was taken. */
export function createComposer({ submit }: { submit(text: string): Promise<boolean> }): Composer {
  const form = byId<HTMLFormElement>('composer');
  const field = byId<HTMLTextAreaElement>('prompt');
  const sent: string[] = [];
  let hints: Hints = { commands: [], options: [] };
  let busy = false;

  const write = (text: string, caret = text.length) => {
    field.value = text;
    field.setSelectionRange(caret, caret);
    grow();
  };
  const grow = () => {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  };
  const look = () => listbox.show(suggest(field.value, field.selectionStart, hints));
  const listbox = createListbox(field, ({ insert }, from) => {
    const after = field.value.slice(field.selectionEnd).trimStart();
    write(field.value.slice(0, from) + insert + after, from + insert.length);
    field.focus();
    look();
  });

  async function send(): Promise<void> {
    const text = field.value.trim();
    if (!text || busy) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    listbox.hide();
    const taken = await submit(text);
    busy = false;
    form.removeAttribute('aria-busy');
    if (!taken) return;
    sent.push(text);
    if (field.value.trim() === text) write('');
  }

  field.addEventListener('input', () => {
    grow();
    look();
  });
  field.addEventListener('blur', () => listbox.hide());
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || listbox.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === 'ArrowUp' && field.value === '' && sent.length > 0) {
      event.preventDefault();
      write(sent.at(-1)!);
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  byId('send').append(icon('send'));

  const chip = (name: string) =>
    h(
      'button',
      {
        type: 'button',
        class: 'chip',
        click: () => {
          if (!new RegExp(`--${name}\\b`).test(field.value)) write(`${field.value.trimEnd()} --${name} `.trimStart());
          field.focus();
          look();
        },
      },
      `--${name}`,
    );

  return {
    hint: (known) => {
      hints = known;
      const names = CHIPS.filter((name) => known.options.some((option) => option.name === name));
      byId('chips').replaceChildren(...names.map(chip));
    },
    send: (text) => {
      write(text);
      void send();
    },
    focus: () => field.focus(),
  };
}
