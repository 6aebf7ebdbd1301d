/** Models of the catalogue, opened on the shelf. */
import type { Logger } from '../core/log.ts';
import type { Installed } from './catalogue.ts';
import type { Device } from './device.ts';
import type { Manifest } from './manifest.ts';
import type { Account } from './sharing/account.ts';
import type { Shelf } from './shelf.ts';
import { findDamage } from './verify.ts';

interface Releasable {
  release(): Promise<void>;
}

/** `part`: what is opened of a model that is not opened as a whole, or changed how. */
export type OpenModel = <M extends Manifest, T extends Releasable>(
  installed: Installed<M>,
  make: (device: Device, installed: Installed<M>) => Promise<T>,
  part?: string,
) => Promise<T>;

interface Deps {
  shelf: Shelf<Releasable>;
  device: Device;
  log: Logger;
  /** Whom opening holds everything up for. */
  account?: Account;
}

/** Opens a model unless its files changed since the start; it stays open at least until the shelf lets its holder go. */
export const openingFor =
  ({ shelf, device, log, account }: Deps, holder: object): OpenModel =>
  async <M extends Manifest, T extends Releasable>(
    installed: Installed<M>,
    make: (device: Device, installed: Installed<M>) => Promise<T>,
    part = '',
  ): Promise<T> => {
    const { folder, manifest, ref } = installed;
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const open = async () => {
      const before = performance.now();
      const damage = await findDamage(folder, manifest);
      if (damage) throw damage;
      if (account) device.turns.announce(account);
      const opened = await make(device, installed);
      log.info({ model: ref.name, device: device.name, ms: Math.round(performance.now() - before) }, 'model opened');
      return opened;
    };
    return (await shelf.get(`${ref.sha256}${part}`, bytes, open, holder, ref.name)) as T;
  };
