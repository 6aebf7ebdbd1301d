/** People in front of Discord's own client: they can only do what it lets them, and see only what it shows them. */
import { type Gateway, INTENT } from './gateway.ts';
import { interact, reactionJson } from './interactions.ts';
import { attachmentJson, attachmentUrl, messageJson } from './json.ts';
import {
  type Attachment,
  type ButtonShown,
  type Channel,
  directChannel,
  type Interaction,
  type Message,
  type Modal,
  type User,
  type World,
} from './world.ts';

/** A file somebody attaches; the type is what its name makes of it. */
export interface File {
  filename: string;
  bytes: Uint8Array;
}

export type Values = Record<string, string | number | boolean | File>;

/** What came of a command or a press, as its person sees it. */
export interface Asked {
  interaction: Interaction;
  /** The message that answers it (a deferred one, an edit in place, a follow-up), once there is one. */
  message(): Message | undefined;
  /** The form that answers it. */
  form(): Promise<Modal>;
  /** Waits for the answer to be as described. */
  until(is: (message: Message) => boolean, what: string, withinMs?: number): Promise<Message>;
}

export interface Someone {
  user: User;
  slash(name: string, values: Values, options?: { force?: boolean; direct?: boolean }): Asked;
  autocomplete(name: string, focused: string, text: string): Promise<{ name: string; value: string }[]>;
  press(message: Message, label: string): Asked;
  /** Chooses from the menu with that placeholder. */
  choose(message: Message, placeholder: string, label: string): Asked;
  /** Posts a message with files in the channel. */
  post(content: string, files?: File[]): Message;
  /** A command from the menu of a message. */
  apps(message: Message, name: string): Asked;
  /** Fills in the form that a command opened, and sends it. */
  submit(form: Modal, values: Record<string, string>): Asked;
  /** A press with whatever custom_id, as a modified client could send. */
  forge(message: Message, customId: string): Asked;
  react(message: Message, emoji: string): void;
  /** Messages in the direct channel, oldest first. */
  direct(): Message[];
}

/** Callbacks whose answer is the message that was pressed. */
const EDITS = [6, 7];
const TYPE = { string: 3, number: 10, boolean: 5, object: 11 } as const;
const MANAGE_CHANNELS = 1 << 4;

export function createPeople(world: World, gateway: Gateway, base: () => string) {
  const general = [...world.channels.values()].find(({ type }) => type === 0)!;
  const definition = (name: string, user: User, wanted = 1) => {
    const command = [...world.commands.values()].flat().find((one) => one.name === name && one.type === wanted);
    const needed = Number(command?.default_member_permissions ?? 0);
    if (!command || (needed & MANAGE_CHANNELS && !user.manager)) throw new Error(`There is no /${name} to type.`);
    return command;
  };

  return (username: string, { closed = false, manager = false, patron = false } = {}): Someone => {
    const user: User = {
      id: world.snowflake(),
      username,
      global_name: username[0]!.toUpperCase() + username.slice(1),
      ...(closed && { closed }),
      ...(manager && { manager }),
      ...(patron && { roles: [world.roleId] }),
    };
    world.users.set(user.id, user);

    const send = (type: Interaction['type'], channel: Channel, data: object, message?: Message): Asked => {
      const { interaction, payload } = interact(world, base(), {
        type,
        user,
        channel,
        data,
        ...(message && { message }),
      });
      gateway.dispatch('INTERACTION_CREATE', payload);
      const answer = () =>
        [...world.messages.values()].findLast(({ interactionId }) => interactionId === interaction.id) ??
        (EDITS.includes(interaction.callback?.type ?? 0)
          ? world.messages.get(interaction.originalId ?? '')
          : undefined);
      return {
        interaction,
        message: answer,
        form: () =>
          waitFor(
            world,
            () => interaction.modal,
            () => `a form (it shows: ${JSON.stringify(brief(answer()))})`,
            3000,
          ),
        until: (is, what, withinMs = 20_000) =>
          waitFor(
            world,
            () => {
              const message = answer();
              return message && is(message) ? message : undefined;
            },
            () => `${what} (it shows: ${JSON.stringify(brief(answer()))})`,
            withinMs,
          ),
      };
    };

    const pressed = (message: Message, customId: string): Asked =>
      send(3, world.channels.get(message.channelId)!, { component_type: 2, custom_id: customId, id: 2 }, message);
    const seen = (message: Message): Message => {
      const current = world.messages.get(message.id)!;
      if (current.deleted || (current.ephemeralFor && current.ephemeralFor !== user.id))
        throw new Error(`${username} cannot see that message.`);
      return current;
    };

    return {
      user,
      slash: (name, values, { force = false, direct = false } = {}) => {
        const command = definition(name, user);
        const known = (command.options ?? []) as OptionJson[];
        const attachments: Attachment[] = [];
        const given = Object.entries(values).map(([name, value]) => {
          const type = known.find((one) => one.name === name)?.type ?? TYPE[typeof value as keyof typeof TYPE];
          if (typeof value !== 'object') return { name, type, value };
          attachments.push(looseFile(world, value));
          return { name, type, value: attachments.at(-1)!.id };
        });
        if (!force) allowedByClient(known, values);
        const channel = direct ? directChannel(world, user) : general;
        const resolved = {
          attachments: Object.fromEntries(attachments.map((one) => [one.id, looseJson(world, base(), channel, one)])),
        };
        return send(2, channel, {
          id: command.id,
          name,
          type: 1,
          options: given,
          ...(attachments.length > 0 && { resolved }),
        });
      },
      autocomplete: async (name, focused, text) => {
        const command = definition(name, user);
        const options = [{ name: focused, type: 3, value: text, focused: true }];
        const { interaction } = send(4, general, { id: command.id, name, type: 1, options });
        return waitFor(
          world,
          () => interaction.choices,
          () => 'no choices came',
          3000,
        );
      },
      press: (message, label) => {
        const current = seen(message);
        const button = buttonsOf(current).find((one) => one.label === label);
        if (!button?.custom_id || button.disabled)
          throw new Error(`There is no “${label}” to press, only ${buttonsOf(current).map(({ label }) => label)}.`);
        return pressed(current, button.custom_id);
      },
      forge: pressed,
      choose: (message, placeholder, label) => {
        const menu = seen(message)
          .components.flatMap(({ components }) => components)
          .find((one) => one.type === 3 && one.placeholder === placeholder);
        const value = menu?.options?.find((one) => one.label === label)?.value;
        if (!menu?.custom_id || !value)
          throw new Error(
            `There is no “${label}” in a menu “${placeholder}”, only ${menu?.options?.map(({ label }) => label)}.`,
          );
        const data = { component_type: 3, custom_id: menu.custom_id, values: [value], id: 4 };
        return send(3, world.channels.get(message.channelId)!, data, message);
      },
      post: (content, files = []) => {
        const message: Message = {
          id: world.snowflake(),
          channelId: general.id,
          author: user,
          content,
          attachments: files.map((file) => looseFile(world, file)),
          components: [],
          flags: 0,
          createdAt: world.clock.now(),
          deleted: false,
        };
        world.messages.set(message.id, message);
        return message;
      },
      apps: (message, name) => {
        const current = seen(message);
        if (current.ephemeralFor) throw new Error('The menu of a private message has no apps.');
        const command = definition(name, user, 3);
        const messages = { [current.id]: messageJson(world, base(), current) };
        return send(2, world.channels.get(current.channelId)!, {
          id: command.id,
          name,
          type: 3,
          target_id: current.id,
          resolved: { messages },
        });
      },
      submit: ({ custom_id, components }, values) => {
        const unknown = Object.keys(values).find(
          (name) => !components.some(({ component }) => component.custom_id === name),
        );
        if (unknown) throw new Error(`There is no field ${unknown} in the form.`);
        return send(5, general, {
          custom_id,
          components: components.map(({ component: { type, custom_id, required, options } }, i) => {
            const value = values[custom_id];
            if (value === undefined && required !== false) throw new Error(`${custom_id} is required.`);
            if (options && value !== undefined && !options.some((one) => one.value === value))
              throw new Error(`${custom_id} is a list.`);
            const filled = type === 3 ? { values: value === undefined ? [] : [value] } : { value: value ?? '' };
            return { type: 18, id: 2 * i + 1, component: { type, custom_id, id: 2 * i + 2, ...filled } };
          }),
        });
      },
      react: (message, emoji) => {
        if (message.ephemeralFor) throw new Error('Nobody can react to a private message.');
        const direct = world.channels.get(message.channelId)?.type === 1;
        gateway.dispatch(
          'MESSAGE_REACTION_ADD',
          reactionJson(world, user, message, emoji),
          direct ? INTENT.directReactions : INTENT.guildReactions,
        );
      },
      direct: () => {
        const channel = directChannel(world, user);
        return [...world.messages.values()].filter(({ channelId, deleted }) => channelId === channel.id && !deleted);
      },
    };
  };
}

export const buttonsOf = ({ components }: Message): ButtonShown[] =>
  components.flatMap(({ components }) => components).filter(({ type }) => type === 2);

const MIME: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** As a client uploads it: Discord goes by the name. */
function looseFile(world: World, { filename, bytes }: File): Attachment {
  const contentType = MIME[filename.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  const attachment = { id: world.snowflake(), filename, contentType, bytes };
  world.loose.set(attachment.id, attachment);
  return attachment;
}

const looseJson = (world: World, base: string, { id }: Channel, attachment: Attachment) =>
  attachmentJson(attachment, attachmentUrl(world, base, id, attachment, 'ephemeral-attachments'), true);

export const brief = (message: Message | undefined) =>
  message && {
    content: message.content,
    files: message.attachments.map(({ filename }) => filename),
    buttons: buttonsOf(message).map(({ label }) => label),
    flags: message.flags,
    deleted: message.deleted,
  };

/** Polls on every change, so that nothing waits longer than it must. */
export async function waitFor<T>(
  world: World,
  probe: () => T | undefined | false,
  what: string | (() => string),
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = probe();
    if (found) return found;
    const left = end - Date.now();
    if (left <= 0)
      throw new Error(
        `Within ${withinMs} ms: ${typeof what === 'string' ? what : what()}${world.violations.length > 0 ? `; violations: ${world.violations.join('; ')}` : ''}`,
      );
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        world.changed.off('change', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(left, 100));
      world.changed.on('change', done);
    });
  }
}

interface OptionJson {
  name: string;
  type: number;
  required?: boolean;
  min_value?: number;
  max_value?: number;
  max_length?: number;
  choices?: { value: unknown }[];
}

/** What the client refuses to send. */
function allowedByClient(options: OptionJson[], values: Values): void {
  const refuse = (why: string): never => {
    throw new Error(`Discord's client would not send this: ${why}`);
  };
  for (const { name, required } of options) if (required && values[name] === undefined) refuse(`${name} is missing`);
  for (const [name, value] of Object.entries(values)) {
    const option = options.find((one) => one.name === name) ?? refuse(`there is no option ${name}`);
    const fits = { 3: 'string', 4: 'number', 10: 'number', 5: 'boolean', 11: 'object' }[option.type];
    if (typeof value !== fits) refuse(`${name} is a ${fits}`);
    if (option.type === 4 && !Number.isInteger(value)) refuse(`${name} is whole`);
    if (
      typeof value === 'number' &&
      (value < (option.min_value ?? -Infinity) || value > (option.max_value ?? Infinity))
    )
      refuse(`${name} is out of bounds`);
    if (typeof value === 'string' && value.length > (option.max_length ?? 6000)) refuse(`${name} is too long`);
    if (option.choices && !option.choices.some((choice) => choice.value === value)) refuse(`${name} is a list`);
  }
}
