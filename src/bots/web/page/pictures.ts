/** Finished pictures: one large, some in two columns, many small; a hidden one stays blurred until asked for. */
import type { WireImage } from '../wire.ts';
import { h } from './dom.ts';

export type View = (images: readonly WireImage[], index: number) => void;

const MANY = 9;

export function pictures(images: readonly WireImage[], view: View): HTMLElement {
  const several = images.length > 1;
  const layout = images.length > MANY ? 'pictures grid many' : several ? 'pictures grid' : 'pictures';
  return h('div', { class: layout }, ...images.map((image, i) => figure(image, i)));

  function figure(image: WireImage, index: number): HTMLElement {
    const { title, seed } = image;
    const look = h(
      'button',
      {
        type: 'button',
        class: 'picture',
        title: 'View large',
        click: () => (isHidden() ? show() : view(images, index)),
      },
      image.moves && matchMedia('(prefers-reduced-motion: reduce)').matches ? still(image) : shown(image),
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
    const caption = title
      ? [h('b', {}, title)]
      : [h('b', {}, String(index + 1)), seed === undefined ? '' : `seed ${seed}`];
    return h('figure', {}, look, h('figcaption', {}, ...caption));
  }

  function shown({ src, altText, width, height }: WireImage): HTMLImageElement {
    const lazy = images.length > MANY && { loading: 'lazy' };
    return h('img', { src, alt: altText, width, height, decoding: 'async', ...lazy });
  }

  /** The first frame, for those who asked for less motion; large, it plays. */
  function still(image: WireImage): HTMLElement {
    const { altText, width, height } = image;
    const canvas = h('canvas', { role: 'img', 'aria-label': altText, width, height });
    const film = shown(image);
    film.addEventListener('load', () => canvas.getContext('2d')?.drawImage(film, 0, 0, width, height), { once: true });
    return canvas;
  }
}
