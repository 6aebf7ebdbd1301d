/** Everything the stand-in knows: who is there, what is shown to whom, and every rule the bot broke. */
import { EventEmitter } from 'node:events';
import { type Clock, createClock } from './clock.ts';

export interface User {
  id: string;
  username: string;
  global_name: string | null;
  bot?: boolean;
  /** Takes no direct messages: 50007. */
  closed?: boolean;
  /** Ids of roles in the guild. */
  roles?: string[];
  /** May manage channels. */
  manager?: boolean;
}

export interface Channel {
  id: string;
  /** 0 in the guild, 1 direct. */
  type: 0 | 1;
  name?: string;
  /** The other side of a direct channel. */
  recipient?: User;
}

export interface Attachment {
  id: string;
  filename: string;
  description?: string;
  contentType: string;
  bytes: Uint8Array;
  width?: number;
  height?: number;
}

export interface ButtonShown {
  type: number;
  label?: string;
  style: number;
  custom_id?: string;
  disabled?: boolean;
  /** Of a menu. */
  placeholder?: string;
  options?: { label: string; value: string }[];
}

/** A form, as it was sent: labels with a field each. */
export interface Modal {
  custom_id: string;
  title: string;
  components: {
    type: number;
    label: string;
    component: {
      type: number;
      custom_id: string;
      required?: boolean;
      max_length?: number;
      options?: { label: string; value: string }[];
    };
  }[];
}

export interface Message {
  id: string;
  channelId: string;
  author: User;
  content: string;
  attachments: Attachment[];
  components: { type: number; components: ButtonShown[] }[];
  flags: number;
  createdAt: number;
  editedAt?: number;
  /** Only this user sees it. */
  ephemeralFor?: string;
  nonce?: string;
  replyTo?: string;
  deleted: boolean;
  /** The interaction that made it. */
  interactionId?: string;
}

export interface Interaction {
  id: string;
  token: string;
  /** 2 command, 3 component, 4 autocomplete, 5 form. */
  type: 2 | 3 | 4 | 5;
  user: User;
  channelId: string;
  at: number;
  /** Callback type that was accepted, and when (milliseconds after the click). */
  callback?: { type: number; afterMs: number; responseLost: boolean };
  /** What `@original` means. */
  originalId?: string;
  /** Deferred and not yet filled. */
  loading: boolean;
  followUps: number;
  choices?: { name: string; value: string }[];
  modal?: Modal;
}

/** One change that somebody could see. */
export interface Seen {
  at: number;
  what: 'created' | 'edited' | 'deleted';
  message: Message;
}

export type Command = Record<string, unknown> & { id: string; name: string; type: number };

export const FLAG = { suppressEmbeds: 1 << 2, ephemeral: 1 << 6, loading: 1 << 7, componentsV2: 1 << 15 } as const;
export const TOKEN_LIFE_MS = 15 * 60_000;
export const ACK_LIMIT_MS = 3000;

export interface World {
  clock: Clock;
  token: string;
  applicationId: string;
  bot: User;
  guildId: string;
  users: Map<string, User>;
  channels: Map<string, Channel>;
  messages: Map<string, Message>;
  interactions: Map<string, Interaction>;
  /** By scope: 'global' or a guild id. */
  commands: Map<string, Command[]>;
  registrations: number;
  seen: Seen[];
  violations: string[];
  /** Bytes one file may have. */
  fileLimit: number;
  /** Attachments of commands and forms, which no message shows. */
  loose: Map<string, Attachment>;
  roleId: string;
  /** Whether the bot has the privileged intent; without it messages of others come without what is in them. */
  messageContent: boolean;
  /** Emits 'change' after every visible change and every callback. */
  changed: EventEmitter;
  snowflake(): string;
  violate(rule: string): void;
  show(what: Seen['what'], message: Message): void;
}

export function createWorld({ token }: { token: string }): World {
  const clock = createClock();
  const changed = new EventEmitter().setMaxListeners(0);
  let count = 0;
  const snowflake = () => String((BigInt(clock.now() - 1_420_070_400_000) << 22n) + BigInt(count++ % 4_194_304));
  const bot: User = { id: snowflake(), username: 'atelier', global_name: null, bot: true };
  const general: Channel = { id: snowflake(), type: 0, name: 'general' };
  const world: World = {
    clock,
    token,
    applicationId: bot.id,
    bot,
    guildId: snowflake(),
    users: new Map([[bot.id, bot]]),
    channels: new Map([[general.id, general]]),
    messages: new Map(),
    interactions: new Map(),
    commands: new Map(),
    registrations: 0,
    seen: [],
    violations: [],
    fileLimit: 10 * 1024 * 1024,
    loose: new Map(),
    roleId: snowflake(),
    messageContent: false,
    changed,
    snowflake,
    violate: (rule) => {
      world.violations.push(rule);
    },
    show: (what, message) => {
      world.seen.push({ at: clock.now(), what, message: { ...message, attachments: [...message.attachments] } });
      changed.emit('change');
    },
  };
  return world;
}

/** The direct channel with this user, made on demand. */
export function directChannel(world: World, user: User): Channel {
  const known = [...world.channels.values()].find(({ recipient }) => recipient?.id === user.id);
  if (known) return known;
  const channel: Channel = { id: world.snowflake(), type: 1, recipient: user };
  world.channels.set(channel.id, channel);
  return channel;
}
