/** Arrays of numbers that are used again: new memory costs a page fault every 4 KiB, and a garbage collection now and then. */
type Numbers = Float32Array<ArrayBuffer>;

export interface Rooms {
  /** So many numbers, whatever they were. Who does not give them back has them for good. */
  borrow(length: number): Numbers;
  /** Not to be touched by the giver from here on. What was not borrowed here is left alone. */
  giveBack(numbers: Numbers): void;
}

/** Bytes that are kept for the next. */
const MOST = 64 * 2 ** 20;
/** A room may be so many times as large as what is put into it. */
const LOOSE = 2;

export function createRooms(most = MOST): Rooms {
  const lent = new WeakSet<ArrayBuffer>();
  let free: ArrayBuffer[] = []; // the one given back last comes first

  return {
    borrow(length) {
      const bytes = length * Float32Array.BYTES_PER_ELEMENT;
      const fits = ({ byteLength }: ArrayBuffer) => bytes <= byteLength && byteLength <= LOOSE * bytes;
      const [found] = free.filter(fits).sort((a, b) => a.byteLength - b.byteLength);
      const room = found ?? new ArrayBuffer(bytes);
      free = free.filter((other) => other !== room);
      lent.add(room);
      return new Float32Array(room, 0, length);
    },
    giveBack({ buffer }) {
      if (!lent.delete(buffer)) return;
      let kept = 0;
      free = [buffer, ...free].filter(({ byteLength }) => {
        kept += byteLength;
        return kept <= most;
      });
    },
  };
}
