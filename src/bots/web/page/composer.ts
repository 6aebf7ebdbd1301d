/** Where things are typed: Enter sends, suggestions help, a refused text stays to be mended. */
import type { Hints } from '../wire.ts';
import { byId, h } from './dom.ts';
import { icon } from './icons.ts';
import { createListbox } from './listbox.ts';
import { commandOf, suggest } from './suggestions.ts';

/** Options that a press adds, of whichever command has them. */
const CHIPS = ['count', 'seed', 'negative', 'brush', 'strength', 'factor', 'frames', 'private'];

const PLACEHOLDER = '/imagine two red apples on a blue background';

export interface Composer {
  hint(hints: Hints): void;
  /** Puts this text into the field and sends it. */
  send(text: string): void;
  /** What stands in the field. */
  text(): string;
  clear(): void;
  /** Pictures were attached or taken away. */
  attachedChanged(): void;
  focus(): void;
}

interface Deps {
  /** Answers whether the text was taken. */
  submit(text: string): Promise<boolean>;
  /** How many pictures are attached. */
  attached(): number;
}

export function createComposer({ submit, attached }: Deps): Composer {
  const form = byId<HTMLFormElement>('composer');
  const field = byId<HTMLTextAreaElement>('prompt');
  const sent: string[] = [];
  let hints: Hints = { commands: [], notes: {} };
  let chips = '';
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
  const clear = () => {
    write('');
    offer();
  };
  const untold = () => (attached() > 0 ? 'stylize' : 'imagine');
  const look = () => {
    listbox.show(suggest(field.value, field.selectionStart, hints, untold()));
    offer();
  };
  /** The options of the command that is being typed. */
  const offer = () => {
    const { options = [] } = commandOf(field.value, hints, untold()) ?? {};
    const names = CHIPS.filter((name) => options.some((option) => option.name === name));
    field.placeholder = attached() > 0 ? 'A brush, or what the picture should become' : PLACEHOLDER;
    if (chips === names.join()) return;
    chips = names.join();
    byId('chips').replaceChildren(...names.map(chip));
  };
  const listbox = createListbox(field, ({ insert }, from) => {
    const after = field.value.slice(field.selectionEnd).trimStart();
    write(field.value.slice(0, from) + insert + after, from + insert.length);
    field.focus();
    look();
  });

  async function send(): Promise<void> {
    const text = field.value.trim();
    if ((!text && attached() === 0) || busy) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    listbox.hide();
    const taken = await submit(text);
    busy = false;
    form.removeAttribute('aria-busy');
    if (!taken) return;
    if (text) sent.push(text);
    if (field.value.trim() === text) clear();
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
      offer();
    },
    send: (text) => {
      write(text);
      void send();
    },
    text: () => field.value.trim(),
    clear,
    attachedChanged: offer,
    focus: () => field.focus(),
  };
}
