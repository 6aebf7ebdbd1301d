/** Finished pictures: one large, two or more in two columns; a hidden one stays blurred until asked for. */
import type { WireImage } from '../wire.ts';
import { h } from './dom.ts';

export type View = (images: readonly WireImage[], index: number) => void;

export function pictures(images: readonly WireImage[], view: View): HTMLElement {
  const several = images.length > 1;
  return h('div', { class: several ? 'pictures grid' : 'pictures' }, ...images.map((image, i) => figure(image, i)));

  function figure(image: WireImage, index: number): HTMLElement {
    const { src, altText, width, height, seed } = image;
    const look = h(
      'button',
      {
        type: 'button',
        class: 'picture',
        title: 'View large',
        click: () => (isHidden() ? show() : view(images, index)),
      },
      h('img', { src, alt: altText, width, height, decoding: 'async' }),
    );
    const isHidden = () => look.classList.contains('hidden');
    const show = () => {
      look.classList.remove('hidden');
      look.querySelector('.veil')?.remove();
    };
    if (image.hidden) {
      look.classList.add('hidden');
      look.append(h('span', { class: 'veil' }, 'Hidden by moderation. Show it?'));
    }
    if (!several) return h('figure', {}, look);
    return h('figure', {}, look, h('figcaption', {}, h('b', {}, String(index + 1)), `seed ${seed}`));
  }
}
