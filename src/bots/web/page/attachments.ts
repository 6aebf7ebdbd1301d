/** Pictures on their way into a command: picked, pasted or dropped, taken in by the studio at once, shown as chips. */
import type { KeptPicture } from '../../../core/request.ts';
import type { Uploaded, WireReply } from '../wire.ts';
import { byId, h } from './dom.ts';
import { icon } from './icons.ts';

const MOST = 2;

export interface Attachments {
  /** Those that were taken in, once all of them have been looked at. */
  pictures(): Promise<KeptPicture[]>;
  count(): number;
  clear(): void;
}

interface Attached {
  chip: HTMLElement;
  url: string;
  /** Undefined when it was refused. */
  taken: Promise<KeptPicture | undefined>;
}

export function createAttachments(deps: {
  upload(file: Blob): Promise<Uploaded>;
  refused(notice: WireReply): void;
  changed(): void;
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
    const one: Attached = { chip, url, taken: take() };
    async function take(): Promise<KeptPicture | undefined> {
      const answer = await deps.upload(file);
      chip.removeAttribute('aria-busy');
      if ('picture' in answer) return answer.picture;
      drop(one);
      deps.refused(answer.notice);
      return undefined;
    }
    attached.push(one);
    list.append(chip);
    list.hidden = false;
    deps.changed();
  }

  const addAll = (files: Iterable<File> | undefined): boolean => {
    const all = [...(files ?? [])];
    for (const file of all) add(file);
    return all.length > 0;
  };
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
    count: () => attached.length,
    clear: () => {
      for (const one of [...attached]) drop(one);
    },
  };
}
