/** Sets of pixels: 1 inside, 0 outside. */
export interface Region {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Erosion and dilation by a cross: single pixels and thin lines go, the rest stays. */
export function opened(region: Region): Region {
  return spread(spread(region, true), false);
}

function spread({ width, height, data }: Region, erode: boolean): Region {
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : data[y * width + x]!);
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const count = at(x, y) + at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
      out[y * width + x] = Number(erode ? count === 5 : count > 0);
    }
  return { width, height, data: out };
}

/** Everything that the outside cannot reach. */
export function filled({ width, height, data }: Region): Region {
  const outside = new Uint8Array(data.length);
  const waiting: number[] = [];
  const visit = (x: number, y: number) => {
    const i = y * width + x;
    if (x < 0 || y < 0 || x >= width || y >= height || data[i] || outside[i]) return;
    outside[i] = 1;
    waiting.push(i);
  };
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) visit(x, y);
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) visit(x, y);
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    visit(x - 1, y);
    visit(x + 1, y);
    visit(x, y - 1);
    visit(x, y + 1);
  }
  return { width, height, data: outside.map((v) => 1 - v) };
}

/** Intersection over union; 0 where both are empty. */
export function overlap(a: Region, b: Region): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    both += a.data[i]! & b.data[i]!;
    either += a.data[i]! | b.data[i]!;
  }
  return either === 0 ? 0 : both / either;
}
