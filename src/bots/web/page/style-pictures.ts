/** Pictures whose manner another one takes: one to three, each with its share and, if wanted, a part of the picture. */
import type { KeptPicture } from '../../../core/request.ts';
import type { Uploaded, WireReply } from '../wire.ts';
import { h } from './dom.ts';
import { icon } from './icons.ts';

const MOST = 3;

/** A picture on its way into the studio; undefined when it was refused. */
export interface Taking {
  name: string;
  url: string;
  taken: Promise<KeptPicture | undefined>;
}

export interface StylePicture extends Taking {
  /** 0 to 100, beside the others. */
  weight(): number;
  /** Whether it goes to a part of the picture alone. */
  inPart(): boolean;
}

export interface StylePictures {
  element: HTMLElement;
  all(): readonly StylePicture[];
  add(taking: Taking): void;
  clear(): void;
}

export function createStylePictures(deps: {
  upload(file: Blob): Promise<Uploaded>;
  refused(notice: WireReply): void;
  /** One was added, taken away, or has a part of its own or no more. */
  changed(): void;
}): StylePictures {
  const list = h('ul', { class: 'styles', 'aria-label': 'Pictures whose manner it takes' });
  const file = h('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, change: () => picked() });
  const more = h(
    'button',
    { type: 'button', class: 'press neutral', click: () => file.click() },
    icon('attach'),
    'Add a picture',
  );
  let rows: (StylePicture & { row: HTMLElement; share: HTMLElement; own: boolean })[] = [];

  const renew = () => {
    const total = rows.reduce((sum, { weight }) => sum + weight(), 0);
    for (const { share, weight } of rows) share.textContent = `${Math.round((100 * weight()) / (total || 1))} %`;
    list.classList.toggle('several', rows.length > 1);
    more.hidden = rows.length >= MOST;
  };
  const remove = (url: string) => {
    const gone = rows.find((one) => one.url === url);
    if (!gone) return;
    gone.row.remove();
    if (gone.own) URL.revokeObjectURL(url);
    rows = rows.filter((one) => one !== gone);
    renew();
    deps.changed();
  };

  function add({ name, url, taken }: Taking, own = false): void {
    if (rows.length >= MOST) return;
    const weight = h('input', { type: 'range', min: 0, max: 100, value: 100, input: renew });
    const part = h('input', { type: 'checkbox', change: () => deps.changed() });
    const share = h('output');
    const taker = () => {
      remove(url);
      more.focus();
    };
    const row = h(
      'li',
      { 'aria-busy': 'true' },
      h('img', { src: url, alt: '', width: 48, height: 48 }),
      h('span', { class: 'name' }, name),
      h(
        'button',
        { type: 'button', class: 'round', 'aria-label': `Remove ${name}`, title: 'Remove', click: taker },
        icon('cancel'),
      ),
      h('label', { class: 'weight' }, h('span', { class: 'unseen' }, `Share of ${name}`), weight, share),
      h('label', { class: 'check' }, part, 'Only in a part of the picture'),
    );
    rows.push({
      ...{ name, url, taken, row, share, own },
      weight: () => Number(weight.value),
      inPart: () => part.checked,
    });
    list.append(row);
    void taken.then((picture) => {
      row.removeAttribute('aria-busy');
      if (!picture) remove(url);
    });
    renew();
    deps.changed();
  }

  function picked(): void {
    for (const one of [...(file.files ?? [])].slice(0, MOST - rows.length)) {
      const taken = deps.upload(one).then((answer) => {
        if ('picture' in answer) return answer.picture;
        deps.refused(answer.notice);
        return undefined;
      });
      add({ name: one.name || 'picture', url: URL.createObjectURL(one), taken }, true);
    }
    file.value = ''; // the same file may be picked again
  }

  return {
    element: h('div', { class: 'manner-pictures' }, list, more, file),
    all: () => rows,
    add: (taking) => add(taking),
    clear: () => {
      for (const { url } of [...rows]) remove(url);
    },
  };
}
