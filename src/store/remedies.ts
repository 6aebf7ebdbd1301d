/** What is wrong with a database and what a person does about it: with one that they chose, and with the embedded one. */
export type Ailment =
  | 'absent'
  | 'unknown_host'
  | 'silent'
  | 'hung_up'
  | 'wrong_password'
  | 'unknown_user'
  | 'no_database'
  | 'may_not'
  | 'crowded'
  | 'restarting'
  | 'full'
  | 'busy'
  | 'encryption';

export interface Chosen {
  host: string;
  port: string;
  user: string;
  database: string;
  /** What the network or Postgres said. */
  said: string;
}

const EITHER = {
  restarting: () => 'The database is starting or stopping. Try again in a moment.',
  full: () => 'The disk of the database is full. Free some space.',
  busy: () => 'The database has more to do than it can. Try again in a moment.',
};

export const CHOSEN: Readonly<Record<Ailment, (at: Chosen) => string>> = {
  ...EITHER,
  absent: ({ host, port }) =>
    `Nothing answers at ${host}:${port}. Start Postgres there, or correct host and port in DATABASE_URL.`,
  unknown_host: ({ host }) => `The host ${host} is unknown. Correct it in DATABASE_URL.`,
  silent: ({ host, port }) =>
    `${host}:${port} does not answer in time. Check host, port and firewall, or correct DATABASE_URL.`,
  hung_up: ({ host, port }) =>
    `${host}:${port} hung up. It may be restarting; if it goes on, check that DATABASE_URL names a Postgres server.`,
  wrong_password: ({ user }) =>
    `Postgres refuses the password of user ${user}. Correct user and password in DATABASE_URL (special characters percent-encoded).`,
  unknown_user: ({ user, host }) =>
    `Postgres at ${host} does not let user ${user} in. Correct the user in DATABASE_URL, or allow it in pg_hba.conf.`,
  no_database: ({ database, user }) =>
    `There is no database named ${database}. Create it (createdb -O ${user} ${database}), or correct the name in DATABASE_URL.`,
  may_not: ({ user, database }) =>
    `User ${user} may not change database ${database}. Make it the owner: ALTER DATABASE ${database} OWNER TO ${user}.`,
  crowded: () =>
    'Postgres has no connection left for us. Raise its max_connections, or stop something else that uses it.',
  encryption: ({ said }) => `The encrypted connection failed (${said}). Correct sslmode in DATABASE_URL.`,
};

/** It is started again whenever it ends, on the same port: keepRunning in postgres/embedded.ts. */
const away = (serverLog: string) =>
  `The embedded database does not answer. It is started again by itself; if this goes on, ${serverLog} says why.`;

/** Its files are not the ones that postgres.json, made together with them, speaks of. */
const exchanged = () =>
  'The embedded database does not know the password in postgres.json. The two belong together: restore both from the same copy of the data folder.';

/** Somebody was at it by hand. */
const strange = (serverLog: string) =>
  `The embedded database is not as Atelier made it. Restore the data folder from a backup; ${serverLog} may say more.`;

export const EMBEDDED: Readonly<Record<Ailment, (serverLog: string) => string>> = {
  ...EITHER,
  absent: away,
  unknown_host: away,
  silent: (serverLog) =>
    `The embedded database does not answer in time. If this goes on, the machine has too much to do or its disk hangs; ${serverLog} may say more.`,
  hung_up: away,
  wrong_password: exchanged,
  unknown_user: strange,
  no_database: strange,
  may_not: strange,
  crowded: () => 'The embedded database has no connection left. Stop whatever else uses it.',
  encryption: strange,
};
