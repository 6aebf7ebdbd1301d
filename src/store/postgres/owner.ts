/** As whom the database runs. Postgres refuses to be root. */
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';

/** What spawn takes to run as somebody else; empty: as ourselves. */
export interface Owner {
  uid?: number;
  gid?: number;
}

/** Ourselves, unless we are root: then whoever owns the data already, else the users `postgres` or `nobody`. */
export async function chooseOwner(dataFolder: string, passwd = '/etc/passwd'): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const made = await stat(dataFolder).catch(() => undefined);
  if (made && made.uid !== 0) return { uid: made.uid, gid: made.gid };
  const users = await knownUsers(passwd);
  const owner = users.get('postgres') ?? users.get('nobody');
  if (owner) return owner;
  throw new AppError(
    'bad_config',
    'Postgres refuses to run as root, and this machine has neither a user `postgres` nor `nobody`. Start Atelier as an ordinary user, or set DATABASE_URL.',
  );
}

async function knownUsers(passwd: string): Promise<Map<string, Owner>> {
  const lines = (await readFile(passwd, 'utf8').catch(() => '')).split('\n');
  const rows = lines.map((line) => line.split(':')).filter(([name, , uid]) => name && Number(uid) > 0);
  return new Map(rows.map(([name, , uid, gid]) => [name!, { uid: Number(uid), gid: Number(gid) }]));
}
