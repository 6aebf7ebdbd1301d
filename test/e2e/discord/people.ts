/** People in front of Discord's own client: they can only do what it lets them, and see only what it shows them. */
import { type Gateway, INTENT } from './gateway.ts';
import { interact, reactionJson } from './interactions.ts';
import {
  type ButtonShown,
  type Channel,
  directChannel,
  type Interaction,
  type Message,
  type User,
  type World,
} from './world.ts';

export type Values = Record<string, string | number | boolean>;

/** What came of a command or a press, as its person sees it. */
export interface Asked {
  interaction: Interaction;
  /** The message that answers it (a deferred one, an edit in place, a follow-up), once there is one. */
  message(): Message | undefined;
  /** Waits for the answer to be as described. */
  until(is: (message: Message) => boolean, what: string, withinMs?: number): Promise<Message>;
}

export interface Someone {
  user: User;
  slash(name: string, values: Values, options?: { force?: boolean; direct?: boolean }): Asked;
  autocomplete(name: string, focused: string, text: string): Promise<{ name: string; value: string }[]>;
  press(message: Message, label: string): Asked;
  /** A press with whatever custom_id, as a modified client could send. */
  forge(message: Message, customId: string): Asked;
  react(message: Message, emoji: string): void;
  /** Messages in the direct channel, oldest first. */
  direct(): Message[];
}

/** Callbacks whose answer is the message that was pressed. */
const EDITS = [6, 7];
const TYPE = { string: 3, number: 10, boolean: 5 } as const;

export function createPeople(world: World, gateway: Gateway, base: () => string) {
  const general = [...world.channels.values()].find(({ type }) => type === 0)!;
  const definition = (name: string) => {
    const command = [...world.commands.values()].flat().find((one) => one.name === name);
    if (!command) throw new Error(`There is no /${name} to type.`);
    return command;
  };

  return (username: string, { closed = false } = {}): Someone => {
    const user: User = {
      id: world.snowflake(),
      username,
      global_name: username[0]!.toUpperCase() + username.slice(1),
      ...(closed && { closed }),
    };
    world.users.set(user.id, user);

    const send = (type: 2 | 3 | 4, channel: Channel, data: object, message?: Message): Asked => {
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

    return {
      user,
      slash: (name, values, { force = false, direct = false } = {}) => {
        const command = definition(name);
        const given = Object.entries(values).map(([name, value]) => {
          const option = (command.options as OptionJson[]).find((one) => one.name === name);
          return { name, type: option?.type ?? TYPE[typeof value as keyof typeof TYPE], value };
        });
        if (!force) allowedByClient(command.options as OptionJson[], values);
        const channel = direct ? directChannel(world, user) : general;
        return send(2, channel, { id: command.id, name, type: 1, options: given });
      },
      autocomplete: async (name, focused, text) => {
        const command = definition(name);
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
        const current = world.messages.get(message.id)!;
        if (current.deleted || (current.ephemeralFor && current.ephemeralFor !== user.id))
          throw new Error(`${username} cannot see that message.`);
        const button = buttonsOf(current).find((one) => one.label === label);
        if (!button?.custom_id || button.disabled)
          throw new Error(`There is no “${label}” to press, only ${buttonsOf(current).map(({ label }) => label)}.`);
        return pressed(current, button.custom_id);
      },
      forge: pressed,
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

export const buttonsOf = ({ components }: Message): ButtonShown[] => components.flatMap(({ components }) => components);

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
    const fits = { 3: 'string', 4: 'number', 10: 'number', 5: 'boolean' }[option.type];
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
