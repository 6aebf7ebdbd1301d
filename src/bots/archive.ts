/** Many pictures as zip files that a platform takes: the files themselves, else as JPEG, else as many as fit. */
import { zipSync } from 'fflate';
import sharp from 'sharp';

export interface Packed {
  name: string;
  /** Of the file. */
  bytes: number;
  read: () => Promise<Uint8Array>;
}

/** What may be sent: bytes of one file, bytes in all, and how many files. */
export interface Room {
  file: number;
  total: number;
  files: number;
}

export interface Archives {
  files: { name: string; bytes: Uint8Array }[];
  /** What had to be done to them, for the person. */
  note?: string;
}

interface Entry {
  name: string;
  bytes: Uint8Array;
}

const QUALITY = 88;
/** Pictures are compressed already. */
const STORED = { level: 0, mtime: new Date(1980, 0, 1) } as const; // the same pictures give the same bytes

/** `name`: `faces.zip`; parts of it are `faces-1.zip`, …. No file at all when not even one picture fits. */
export async function archive(name: string, pictures: readonly Packed[], room: Room): Promise<Archives> {
  if (
    fits(
      pictures.map(({ name, bytes }) => space(name, bytes)),
      room,
    )
  ) {
    const entries: Entry[] = [];
    for (const { name, read } of pictures) entries.push({ name, bytes: await read() });
    return { files: zipped(name, entries, room) };
  }
  const entries: Entry[] = [];
  const sizes: number[] = [];
  for (const picture of pictures) {
    const entry = await asJpeg(picture);
    sizes.push(space(entry.name, entry.bytes.length));
    if (!fits(sizes, room)) break;
    entries.push(entry);
  }
  const files = zipped(name, entries, room);
  if (entries.length === pictures.length)
    return { files, note: 'The archive holds JPEGs: the full pictures are larger than an upload may be here.' };
  const held =
    entries.length > 0
      ? `The archive holds the first ${entries.length} of ${pictures.length} pictures`
      : 'There is no archive';
  return { files, note: `${held}: more do not fit into an upload here.` };
}

/** An entry's header, its line in the directory, and its bytes. Names are ASCII. */
const space = (name: string, bytes: number): number => 30 + 46 + 2 * name.length + bytes;
const DIRECTORY_END = 22;

/** Which archive each entry goes into: they are filled in order. */
function parts(sizes: readonly number[], limit: number): number[] {
  let [part, used] = [0, DIRECTORY_END];
  return sizes.map((size) => {
    if (used + size > limit && used > DIRECTORY_END) [part, used] = [part + 1, DIRECTORY_END];
    used += size;
    return used > limit ? Infinity : part;
  });
}

const fits = (sizes: readonly number[], { file, total, files }: Room): boolean => {
  const count = Math.max(0, ...parts(sizes, file)) + 1;
  return count <= files && sizes.reduce((sum, size) => sum + size, count * DIRECTORY_END) <= total;
};

function zipped(name: string, entries: readonly Entry[], { file }: Room): Entry[] {
  const part = parts(
    entries.map(({ name, bytes }) => space(name, bytes.length)),
    file,
  );
  const last = part.at(-1) ?? -1;
  return Array.from({ length: last + 1 }, (_, p) => ({
    name: last === 0 ? name : name.replace(/(\.\w+)$/, `-${p + 1}$1`),
    bytes: zipSync(
      Object.fromEntries(entries.filter((_, i) => part[i] === p).map(({ name, bytes }) => [name, bytes])),
      STORED,
    ),
  }));
}

async function asJpeg({ name, read }: Packed): Promise<Entry> {
  const image = sharp(await read()).flatten({ background: '#fff' });
  return { name: name.replace(/\.\w+$/, '.jpg'), bytes: await image.jpeg({ quality: QUALITY }).toBuffer() };
}
