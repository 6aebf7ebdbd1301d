/** A model folder of given files, its model.json with their true sizes and hashes. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export function writeModelFolder(folder: string, manifest: object, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const listed = Object.entries(files).map(([path, bytes]) => ({
    ...{ path, bytes: bytes.length },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const about = { name: basename(folder), title: basename(folder), version: '1', licence: 'MIT', files: listed };
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...about, ...manifest }));
}
