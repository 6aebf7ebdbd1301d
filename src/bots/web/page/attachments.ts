/** Pictures on their way into a command: picked, pasted or dropped, taken in by the studio at once, shown as chips. */
import type { KeptPicture } from '../../../core/request.ts';
import type { Uploaded, WireReply } from '../wire.ts';
import { byId, h } from './dom.ts';
import { icon } from './icons.ts';
import type { Taking } from './style-pictures.ts';

/** One to change and three whose manner it takes. */
const MOST = 4;

export interface Attachments {
  /** Those that were taken in, once all of them have been looked at. */
  pictures(): Promise<KeptPicture[]>;
  /** In the order they were attached. */
  all(): readonly Taking[];
  count(): number;
  clear(): void;
}

type Attached = Taking & { chip: HTMLElement };

export function createAttachments(deps: {
  upload(file: Blob): Promise<Uploaded>;
  refused(notice: WireReply): void;
  changed(): void;
  /** The form was asked for. */
  form(): void;
}): Attachments {
  const list = byId('attached');
  const form = byId<HTMLFormElement>('composer');
  const input = byId<HTMLInputElement>('file');
  const button = byId('attach');
  let attached: Attached[] = [];

  const drop = (one: Attached) => {
    attached = attached.filter((other) => other !== one);
    one.chip.remove();
    URL.revokeObjectURL(one.url);
    list.hidden = attached.length === 0;
    deps.changed();
  };

  function add(file: File): void {
    while (attached.length >= MOST) drop(attached[0]!);
    const url = URL.createObjectURL(file);
    const name = file.name || 'picture';
    const remove = () => {
      drop(one);
      button.focus();
    };
    const chip = h(
      'li',
      { 'aria-busy': 'true' },
      h('img', { src: url, alt: '', width: 40, height: 40 }),
      h('span', {}, name),
      h(
        'button',
        { type: 'button', class: 'round', 'aria-label': `Remove ${name}`, title: 'Remove', click: remove },
        icon('cancel'),
      ),
    );
    const one: Attached = { chip, name, url, taken: take() };
    async function take(): Promise<KeptPicture | undefined> {
      const answer = await deps.upload(file);
      chip.removeAttribute('aria-busy');
      if ('picture' in answer) return answer.picture;
      drop(one);
      deps.refused(answer.notice);
      return undefined;
    }
    attached.push(one);
    list.insertBefore(chip, list.querySelector('.more'));
    list.hidden = false;
    deps.changed();
  }

  const addAll = (files: Iterable<File> | undefined): boolean => {
    const all = [...(files ?? [])];
    for (const file of all) add(file);
    return all.length > 0;
  };
  list.append(
    h(
      'li',
      { class: 'more' },
      h('button', { type: 'button', class: 'press neutral', click: deps.form }, icon('brush'), 'Stylize…'),
    ),
  );
  button.append(icon('attach'));
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    addAll(input.files ?? undefined);
    input.value = ''; // the same file may be picked again
  });
  byId('prompt').addEventListener('paste', (event) => {
    if (addAll((event as ClipboardEvent).clipboardData?.files)) event.preventDefault();
  });
  for (const name of ['dragover', 'drop'] as const)
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      form.classList.toggle('over', name === 'dragover');
      if (name === 'drop') addAll(event.dataTransfer.files);
    });
  document.addEventListener('dragleave', () => form.classList.remove('over'));

  return {
    pictures: async () => (await Promise.all(attached.map(({ taken }) => taken))).filter((picture) => !!picture),
    all: () => attached,
    count: () => attached.length,
    clear: () => {
      for (const one of [...attached]) drop(one);
    },
  };
}
