/** Line icons on a 20 × 20 grid. */
const PATHS = {
  upscale: 'M4 11v5h5M16 9V4h-5M4 16l5.5-5.5M16 4l-5.5 5.5',
  vary: 'M4 6h2.5c4 0 4.500 8 8.500 8h1M4 14h2.500c1.500 0 2.500-1.200 3.300-2.600M11.500 7.600C12.300 6.600 13.300 6 15 6h1M14 3.500 16.500 6 14 8.500M14 11.500l2.500 2.500-2.500 2.500',
  reroll: 'M15.500 8A6 6 0 1 0 16 11.500M16 4v4h-4',
  details: 'M10 9.500V14M10 6.500v.01M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15',
  cancel: 'M5.500 5.500l9 9M14.500 5.500l-9 9',
  delete: 'M4 6h12M8 6V4h4v2M5.500 6l.7 10h7.600l.7-10M8.500 9v4.500M11.500 9v4.500',
  attach: 'M14 6.500v7.500a4 4 0 0 1-8 0V6a2.500 2.500 0 0 1 5 0v7.500a1 1 0 0 1-2 0V7',
  before: 'M10 3v14M3.500 5h13v10h-13z',
  softer: 'M4 10h12',
  stronger: 'M4 10h12M10 4v12',
  mix: 'M7.500 14.500a5 5 0 1 1 5-9M12.500 14.500a5 5 0 1 0-5-9',
  morph: 'M3.500 10h13M13 6.500l3.500 3.500-3.500 3.500M7 6.500 3.500 10 7 13.500',
  brush:
    'M16.500 3.500 9 11M9 11a2.500 2.500 0 0 0-3.500 2.500c0 1.500-1 2.500-2.500 2.500 1.500 1.200 6.500 1.500 7.500-2.500A2.500 2.500 0 0 0 9 11',
  download: 'M10 3.500v9M6.500 9 10 12.500 13.500 9M4 16.500h12',
  send: 'M10 16V4.500M5 9.500l5-5 5 5',
  previous: 'M12 4.500 6.500 10l5.500 5.500',
  next: 'M8 4.500 13.500 10 8 15.500',
} as const;

export type IconName = keyof typeof PATHS;
export const isIcon = (name: string): name is IconName => Object.hasOwn(PATHS, name);

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
