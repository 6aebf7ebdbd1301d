import { createHmac } from 'node:crypto';

export interface Keystream {
  byte(): number;
  uint32(): number;
  /** In [0, 1). */
  uniform(): number;
  /** Fisher–Yates, in place. */
  shuffle<T extends unknown[] | Int32Array>(items: T): T;
}

/** Numbers only the holder of the key can foretell: HMAC-SHA256 over a label and a counter. */
export function createKeystream(key: Uint8Array, label: string): Keystream {
  let block = Buffer.alloc(0);
  let counter = 0;
  let at = 0;
  const byte = () => {
    if (at >= block.length) {
      const count = Buffer.alloc(4);
      count.writeUInt32BE(counter++);
      block = createHmac('sha256', key).update(label).update(count).digest();
      at = 0;
    }
    return block[at++]!;
  };
  const uint32 = () => ((byte() << 24) | (byte() << 16) | (byte() << 8) | byte()) >>> 0;
  return {
    byte,
    uint32,
    uniform: () => uint32() / 2 ** 32,
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = uint32() % (i + 1);
        [items[i], items[j]] = [items[j]!, items[i]!];
      }
      return items;
    },
  };
}
