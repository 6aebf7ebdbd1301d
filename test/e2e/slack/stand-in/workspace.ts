/** What Slack remembers: people, channels, messages with every revision, files, triggers. And every rule that was broken. */
import { randomBytes, randomInt } from 'node:crypto';
import manifest from '../../../../docs/slack-manifest.json' with { type: 'json' };

export interface Person {
  id: string;
  name: string;
  /** Of the whole workspace. */
  admin?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  archived: boolean;
  creator?: string;
}

export interface Revision {
  at: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: blocks were checked by the rules on their way in
  blocks: any[];
}

export interface Message extends Revision {
  channel: string;
  ts: string;
  user: string;
  threadTs?: string;
  /** Ids of the files it shares. */
  files?: string[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** Ephemeral: only this person sees it. */
  onlyFor?: string;
  deleted: boolean;
  /** Every look it ever had, oldest first; the last is the present one. */
  revisions: Revision[];
}

export interface StoredFile {
  id: string;
  name: string;
  length: number;
  altTxt?: string;
  bytes?: Buffer;
  /** Unset until completeUploadExternal; readable some time after that. */
  readyAt?: number;
  mimetype: string;
  deleted: boolean;
  /** The app may not read it: whoever asks gets the page to sign in. */
  closed?: boolean;
}

export type Workspace = ReturnType<typeof createWorkspace>;

/** A workspace called “lab” with the app of docs/slack-manifest.json installed in it. */
export function createWorkspace({ fileDelayMs = 150 }: { fileDelayMs?: number } = {}) {
  let clock = 0;
  const violations: string[] = [];
  const messages: Message[] = [];
  const channels = new Map<string, Channel>();
  const people = new Map<string, Person>();
  const workspace = {
    teamId: makeId('T'),
    teamDomain: 'lab',
    appId: makeId('A'),
    botId: makeId('B'),
    botUser: makeId('U'),
    botToken: `xoxb-${randomInt(1e11, 2e11)}-${randomInt(1e11, 2e11)}-${randomBytes(12).toString('hex')}`,
    appToken: `xapp-1-${makeId('A')}-${randomInt(1e11, 2e11)}-${randomBytes(32).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
    scopes: new Set<string>(manifest.oauth_config.scopes.bot),
    events: new Set<string>(manifest.settings.event_subscriptions.bot_events),
    commands: new Set<string>(manifest.features.slash_commands.map(({ command }) => command)),
    shortcuts: new Set<string>(manifest.features.shortcuts.map(({ callback_id }) => callback_id)),
    fileDelayMs,
    people,
    channels,
    messages,
    files: new Map<string, StoredFile>(),
    triggers: new Map<string, { issued: number; person: string; used: boolean }>(),
    /** Path of a response_url → whose it is and how often it may still be used. */
    hooks: new Map<string, { issued: number; left: number; person: string; channel: string; messageTs?: string }>(),
    views: new Map<
      string,
      { id: string; hash: string; person: string; view: Record<string, unknown>; open: boolean }
    >(),
    homes: new Map<string, { view: Record<string, unknown>; published: number }>(),
    /** Texts people typed: whatever of their markup shows up again unescaped is a violation. */
    typed: [] as string[],
    calls: [] as { method: string; at: number; args: Record<string, unknown>; ok: boolean; error?: string }[],
    violations,
    violate: (what: string) => void violations.push(what),

    nextTs: () => `${Math.floor(Date.now() / 1000)}.${String(++clock).padStart(6, '0')}`,
    /** A file that somebody has uploaded, ready to be read. */
    addFile(name: string, bytes: Buffer, mimetype: string, closed = false): string {
      const id = makeId('F');
      const file = { id, name, length: bytes.length, bytes, mimetype, readyAt: 0, deleted: false, closed };
      workspace.files.set(id, file);
      return id;
    },
    addPerson(name: string, admin = false): Person {
      const person = { id: makeId('U'), name, admin };
      people.set(person.id, person);
      return person;
    },
    addChannel(name: string, kind: Channel['kind'] = 'public', members: string[] = []): Channel {
      const id = makeId(kind === 'im' ? 'D' : 'C');
      const channel = { id, name, kind, members: new Set(members), archived: false };
      channels.set(id, channel);
      return channel;
    },
    dmWith(person: string): Channel {
      const both = [person, workspace.botUser];
      const found = [...channels.values()].find(
        ({ kind, members }) => kind === 'im' && both.every((m) => members.has(m)),
      );
      return found ?? workspace.addChannel('directmessage', 'im', both);
    },
    trigger(person: string): string {
      const id = `${Date.now()}.${randomInt(1e8, 1e9)}.${randomBytes(16).toString('hex')}`;
      workspace.triggers.set(id, { issued: Date.now(), person, used: false });
      return id;
    },
    show(message: Omit<Message, 'ts' | 'at' | 'deleted' | 'revisions'>): Message {
      const at = Date.now();
      const revision = { at, text: message.text, blocks: message.blocks };
      const shown = { ...message, at, ts: workspace.nextTs(), deleted: false, revisions: [revision] };
      messages.push(shown);
      return shown;
    },
    revise(message: Message, look: { text: string; blocks: Revision['blocks'] }) {
      Object.assign(message, look);
      message.revisions.push({ at: Date.now(), ...look });
    },
    find: (channel: string, ts: string) => messages.find((m) => m.channel === channel && m.ts === ts && !m.deleted),
    /** Messages anyone but the given person can see there too, oldest first. */
    visible: (channel: string) => messages.filter((m) => m.channel === channel && !m.deleted && !m.onlyFor),
    whispers: (person: string) => messages.filter((m) => m.onlyFor === person && !m.deleted),
    isReady: (file: StoredFile | undefined) =>
      file?.readyAt !== undefined && Date.now() >= file.readyAt && !file.deleted && file.bytes !== undefined,
  };
  return workspace;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const makeId = (prefix: string): string =>
  prefix + Array.from({ length: 10 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
