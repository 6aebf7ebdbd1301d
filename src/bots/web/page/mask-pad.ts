/** A mask painted over a picture, with a pointer, a finger or the arrow keys: painted is where something goes. */
import { h } from './dom.ts';

export interface MaskPad {
  element: HTMLElement;
  isEmpty(): boolean;
  /** White where it was painted, black elsewhere. */
  file(): Promise<Blob>;
}

type Point = readonly [x: number, y: number];
type Mark = { erase: boolean; width: number; points: Point[]; byKeys?: boolean } | 'swap' | 'clear';

const MOST_SIDE = 1024;
/** Width of the pen as a share of the shorter side, in percent. */
const PEN = { min: 2, max: 50, value: 16 };
const KEYS = 'Arrow keys move, Space paints a spot, Shift and arrow keys paint a line, Ctrl and Z take back.';

/** `goes`: what the mask is for, such as: the style goes. */
export function createMaskPad(picture: HTMLImageElement, goes: string): MaskPad {
  const { naturalWidth, naturalHeight } = picture;
  const scale = Math.min(1, MOST_SIDE / Math.max(naturalWidth, naturalHeight));
  const [width, height] = [naturalWidth, naturalHeight].map((side) => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ];
  const canvas = h('canvas', {
    ...{ width, height, tabindex: 0, role: 'application', 'aria-label': `Paint where ${goes}` },
    'aria-description': KEYS,
  });
  const context = canvas.getContext('2d')!;
  const ring = h('div', { class: 'ring', 'aria-hidden': 'true' });
  const said = h('output', { class: 'soft' });
  const pen = h('input', { type: 'range', ...PEN, input: () => showRing() });
  const erase = h('input', { type: 'checkbox' });
  const marks: Mark[] = [];
  let cursor: Point = [width / 2, height / 2];
  let drawing: Exclude<Mark, string> | undefined;

  const penWidth = () => Math.max(1, (Number(pen.value) / 100) * Math.min(width, height));
  const say = (where = '') => {
    const share = shareOf(canvas);
    const painted = share === 0 ? 'Nothing is painted yet.' : `${Math.max(1, Math.round(share * 100))} % is painted.`;
    said.textContent = `${where}${painted}`;
  };
  const showRing = () => {
    Object.assign(ring.style, {
      left: `${(cursor[0] / width) * 100}%`,
      top: `${(cursor[1] / height) * 100}%`,
      width: `${(penWidth() / width) * 100}%`,
    });
  };
  const act = (mark: Mark) => {
    marks.push(mark);
    draw(context, mark);
    say();
  };
  const undo = () => {
    marks.pop();
    context.clearRect(0, 0, width, height);
    for (const mark of marks) draw(context, mark);
    say();
  };

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height];
  };
  const on = <Name extends keyof HTMLElementEventMap>(name: Name, act: (event: HTMLElementEventMap[Name]) => void) =>
    canvas.addEventListener(name, act);
  on('pointerdown', (event) => {
    if (event.button !== 0 || drawing) return;
    canvas.setPointerCapture(event.pointerId);
    cursor = pointOf(event);
    drawing = { erase: erase.checked, width: penWidth(), points: [cursor] };
    marks.push(drawing);
    draw(context, drawing);
    showRing();
  });
  on('pointermove', (event) => {
    cursor = pointOf(event);
    showRing();
    if (!drawing) return;
    const from = drawing.points.at(-1)!;
    const to = (event.getCoalescedEvents?.() ?? []).map(pointOf);
    drawing.points.push(...to, cursor);
    draw(context, { ...drawing, points: [from, ...to, cursor] });
  });
  for (const name of ['pointerup', 'pointercancel'] as const)
    on(name, () => {
      drawing = undefined;
      say();
    });
  on('keydown', (event) => {
    const [dx, dy] = STEPS[event.key] ?? [0, 0];
    if (event.key === 'z' && (event.ctrlKey || event.metaKey)) undo();
    else if (event.key === ' ') act({ erase: erase.checked, width: penWidth(), points: [cursor] });
    else if (dx || dy) step(dx, dy, event.shiftKey);
    else return;
    event.preventDefault();
  });

  /** Half a pen's width; a line that goes on is one mark. */
  function step(dx: number, dy: number, paints: boolean): void {
    const from = cursor;
    const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
    cursor = [within(from[0] + (dx * penWidth()) / 2, width), within(from[1] + (dy * penWidth()) / 2, height)];
    if (paints) {
      const last = marks.at(-1);
      const goesOn =
        typeof last === 'object' && last.byKeys && last.erase === erase.checked && last.points.at(-1) === from;
      if (goesOn) {
        last.points.push(cursor);
        draw(context, { ...last, points: [from, cursor] });
      } else act({ erase: erase.checked, width: penWidth(), points: [from, cursor], byKeys: true });
    }
    showRing();
    const percent = (value: number, most: number) => Math.round((value / most) * 100);
    say(`${percent(cursor[0], width)} % from the left, ${percent(cursor[1], height)} % from the top. `);
  }

  const tool = (label: string, click: () => void) =>
    h('button', { type: 'button', class: 'press neutral', click }, label);
  const paper = h('div', { class: 'paper' }, picture.cloneNode(), canvas, ring);
  Object.assign(paper.style, { aspectRatio: `${width} / ${height}`, width: `min(100%, ${width / height} * 52dvh)` });
  showRing();
  say();
  return {
    element: h(
      'div',
      { class: 'pad', role: 'group', 'aria-label': `Where ${goes}` },
      paper,
      h(
        'div',
        { class: 'tools' },
        h('label', {}, 'Pen', pen),
        h('label', { class: 'check' }, erase, 'Erase'),
        tool('Undo', () => marks.length > 0 && undo()),
        tool('Swap', () => act('swap')),
        tool('Clear', () => act('clear')),
      ),
      said,
    ),
    isEmpty: () => shareOf(canvas) === 0,
    file: () => inBlackAndWhite(canvas),
  };
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Opaque: how it lies over the picture is up to the style sheet. */
function draw(context: CanvasRenderingContext2D, mark: Mark): void {
  const { width, height } = context.canvas;
  context.fillStyle = context.strokeStyle = '#5b6cff';
  if (mark === 'clear') context.clearRect(0, 0, width, height);
  else if (mark === 'swap') {
    context.globalCompositeOperation = 'xor';
    context.fillRect(0, 0, width, height);
  } else {
    context.globalCompositeOperation = mark.erase ? 'destination-out' : 'source-over';
    const [[x, y], ...rest] = mark.points as [Point, ...Point[]];
    Object.assign(context, { lineWidth: mark.width, lineCap: 'round', lineJoin: 'round' });
    context.beginPath();
    context.arc(x, y, mark.width / 2, 0, 2 * Math.PI);
    context.fill();
    context.beginPath();
    context.moveTo(x, y);
    for (const [x, y] of rest) context.lineTo(x, y);
    context.stroke();
  }
  context.globalCompositeOperation = 'source-over';
}

/** How much of it is painted, 0 to 1. */
function shareOf(canvas: HTMLCanvasElement): number {
  const side = 64;
  const small = h('canvas', { width: side, height: side }).getContext('2d', { willReadFrequently: true })!;
  small.imageSmoothingQuality = 'high';
  small.drawImage(canvas, 0, 0, side, side);
  const { data } = small.getImageData(0, 0, side, side);
  let sum = 0;
  for (let i = 3; i < data.length; i += 4) sum += data[i]!;
  return sum / (255 * side * side);
}

function inBlackAndWhite(canvas: HTMLCanvasElement): Promise<Blob> {
  const { width, height } = canvas;
  const flat = h('canvas', { width, height });
  const context = flat.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  for (const [how, colour] of [
    ['source-in', '#fff'],
    ['destination-over', '#000'],
  ] as const) {
    context.globalCompositeOperation = how;
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
  }
  return new Promise((resolve, reject) =>
    flat.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no mask came out of the canvas'))), 'image/png'),
  );
}
