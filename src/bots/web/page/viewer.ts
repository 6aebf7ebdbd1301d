/** One picture, large. Arrow keys go through its siblings, Escape closes and focus returns to where it was. */
import type { WireImage } from '../wire.ts';
import { byId, h } from './dom.ts';
import { icon } from './icons.ts';

export function createViewer(deps: {
  stylize: (image: WireImage) => void;
}): (images: readonly WireImage[], index: number) => void {
  const dialog = byId<HTMLDialogElement>('viewer');
  let images: readonly WireImage[] = [];
  let index = 0;

  const turn = (by: number) => {
    index = (index + by + images.length) % images.length;
    draw();
  };
  const button = (label: string, name: Parameters<typeof icon>[0], click: () => void) =>
    h('button', { type: 'button', class: `round ${name}`, 'aria-label': label, title: label, click }, icon(name));
  const draw = () => {
    const image = images[index]!;
    const { src, altText, seed, name, width, height } = image;
    const several = images.length > 1;
    const focused = document.activeElement?.className;
    dialog.replaceChildren(
      h('img', { src, alt: altText, width, height }),
      h(
        'div',
        { class: 'caption' },
        h('p', {}, altText),
        h(
          'p',
          { class: 'soft' },
          [
            ...(several ? [`${index + 1} of ${images.length}`] : []),
            `${width} × ${height}`,
            ...(seed === undefined ? [] : [`seed ${seed}`]),
          ].join(' · '),
        ),
      ),
      h(
        'a',
        { class: 'round download', href: src, download: name, 'aria-label': 'Download', title: 'Download' },
        icon('download'),
      ),
      ...(image.of
        ? [
            button('Stylize…', 'brush', () => {
              dialog.close();
              deps.stylize(image);
            }),
          ]
        : []),
      ...(several ? [button('Previous', 'previous', () => turn(-1)), button('Next', 'next', () => turn(1))] : []),
      button('Close', 'cancel', () => dialog.close()),
    );
    const again = [...dialog.querySelectorAll<HTMLElement>('.round')].find(({ className }) => className === focused);
    (again ?? dialog.querySelector<HTMLElement>('.cancel'))?.focus();
  };

  dialog.addEventListener('keydown', ({ key }) => {
    if (images.length < 2) return;
    if (key === 'ArrowRight') turn(1);
    if (key === 'ArrowLeft') turn(-1);
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  return (shown, at) => {
    images = shown;
    index = at;
    dialog.showModal();
    draw();
  };
}
