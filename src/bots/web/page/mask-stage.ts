/** The picture of a form, and the masks that are painted over it: of the whole style, and of each one that has a part. */
import { h } from './dom.ts';
import { createMaskPad, type MaskPad } from './mask-pad.ts';

export interface MaskStage {
  element: HTMLElement;
  /** Which masks there are, by name, and what each says goes there. What was painted on one that is gone comes back with it. */
  want(masks: ReadonlyMap<string, string>): void;
  /** The mask of that name, if it is wanted. */
  get(name: string): MaskPad | undefined;
}

/** `picture` is loaded. */
export function createMaskStage(picture: HTMLImageElement): MaskStage {
  const pads = new Map<string, MaskPad>();
  const element = h('div', { class: 'masks' });
  const tabs = h('div', { class: 'tabs', role: 'group', 'aria-label': 'Which mask to paint' });
  let wanted: ReadonlyMap<string, string> = new Map();
  let shown: string | undefined;

  const show = (name: string | undefined) => {
    shown = name;
    for (const tab of tabs.children)
      tab.setAttribute('aria-pressed', String((tab as HTMLElement).dataset.name === name));
    const pad = name === undefined ? undefined : pads.get(name);
    element.replaceChildren(...(wanted.size > 1 ? [tabs] : []), pad?.element ?? picture);
  };
  show(undefined);
  return {
    element,
    want: (masks) => {
      const fresh = [...masks.keys()].find((name) => !wanted.has(name));
      wanted = masks;
      for (const [name, goes] of masks) if (!pads.has(name)) pads.set(name, createMaskPad(picture, goes));
      tabs.replaceChildren(
        ...[...masks].map(([name, goes]) =>
          h(
            'button',
            { type: 'button', class: 'press neutral', 'data-name': name, click: () => show(name) },
            `Where ${goes}`,
          ),
        ),
      );
      show(fresh ?? (shown !== undefined && masks.has(shown) ? shown : [...masks.keys()][0]));
    },
    get: (name) => (wanted.has(name) ? pads.get(name) : undefined),
  };
}
