/** An answer as it grows: queue place, progress with a preview, pictures, buttons. Only what changed is drawn anew. */
import type { WireImage, WireReply } from '../wire.ts';
import { buttonRows } from './buttons.ts';
import { h } from './dom.ts';
import { icon } from './icons.ts';
import { menuRows } from './menus.ts';
import { pictures, type View } from './pictures.ts';

export interface Answer {
  element: HTMLElement;
  update(reply: WireReply): void;
}

export const isOver = ({ state }: WireReply): boolean => state !== 'waiting' && state !== 'working';

export function createAnswer(deps: { press: (code: string) => Promise<void>; view: View }): Answer {
  const headline = h('p', { class: 'headline' });
  const stage = h('div', { class: 'stage' });
  const bar = h('progress', { 'aria-label': 'Progress' });
  const lines = h('ul', { class: 'lines' });
  const buttons = h('div', { class: 'buttons' });
  const element = h('article', { class: 'answer', tabindex: '-1' }, headline, stage, bar, lines, buttons);
  const drawn = new Map<HTMLElement, string>();

  /** Calls `draw` when `facts` differ from what is there. */
  const renew = (part: HTMLElement, facts: unknown, draw: () => (Node | string)[]) => {
    const key = JSON.stringify(facts);
    if (drawn.get(part) === key) return;
    drawn.set(part, key);
    part.replaceChildren(...draw());
  };

  return {
    element,
    update: (reply) => {
      element.dataset.state = reply.state;
      element.setAttribute('aria-busy', String(!isOver(reply)));
      headline.textContent = reply.headline;
      if (isOver(reply))
        renew(stage, reply.images, () => (reply.images.length ? [pictures(reply.images, deps.view)] : []));
      else if (reply.preview) preview(stage, reply.preview, drawn);
      else if (!drawn.has(stage)) renew(stage, 'waiting', () => [h('div', { class: 'easel' })]);
      bar.hidden = !reply.progress;
      if (reply.progress) {
        bar.max = reply.progress.total;
        bar.value = reply.progress.step;
      }
      renew(lines, [reply.lines, isOver(reply)], () => [
        ...reply.lines.map((text) => h('li', {}, text)),
        ...(reply.images.length > 0 ? [h('li', { class: 'label' }, 'AI-generated')] : []),
        ...(reply.private ? [h('li', { class: 'label' }, 'Private')] : []),
      ]);
      const held = buttons.contains(document.activeElement);
      renew(buttons, [reply.buttons, reply.menus, reply.archive], () => [
        ...(reply.archive ? [download(reply.archive)] : []),
        ...(reply.buttons.length > 0 ? [buttonRows(reply.buttons, deps.press)] : []),
        ...(reply.menus.length > 0 ? [menuRows(reply.menus, deps.press)] : []),
      ]);
      if (held && !buttons.contains(document.activeElement)) element.focus({ preventScroll: true });
    },
  };
}

const download = ({ src, name }: { src: string; name: string }) =>
  h('a', { class: 'press neutral', href: src, download: name }, icon('download'), 'Download all');

/** Swaps the rough picture once the next one is there, so that it never flickers. */
function preview(stage: HTMLElement, image: WireImage, drawn: Map<HTMLElement, string>): void {
  if (drawn.get(stage) === image.src) return;
  drawn.set(stage, image.src);
  const next = h('img', { src: image.src, alt: image.altText, width: image.width, height: image.height });
  next.decode().then(
    () => {
      if (drawn.get(stage) === image.src) stage.replaceChildren(h('div', { class: 'easel' }, next));
    },
    () => undefined, // gone already: the next one follows
  );
}
