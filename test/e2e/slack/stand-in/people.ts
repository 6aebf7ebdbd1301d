/** What people in the workspace do, in the payloads Slack makes of it. */
import { asSeen } from './chat-methods.ts';
import type { Deliver, Delivered, EnvelopeKind, Retry } from './delivery.ts';
import { fileSeen } from './file-methods.ts';
import { makeHook } from './response-url.ts';
import { type Channel, type Message, makeId, type Person, type Workspace } from './workspace.ts';

interface Button {
  type: string;
  action_id: string;
  text: { text: string };
  value?: string;
}

/** What was sent, so that a test can send it again. */
export interface Act extends Delivered {
  again(retry?: Retry): Promise<Delivered>;
}

export type Actor = ReturnType<typeof actor>;

export function actor(deps: { workspace: Workspace; deliver: Deliver; origin: string }, person: Person) {
  const { workspace, origin } = deps;
  const { teamId, teamDomain, appId } = workspace;

  /** Sends it; an acknowledgement that is missing or late is a violation unless the test expects it. */
  async function send(kind: EnvelopeKind, payload: Record<string, unknown>, { mayFail = false } = {}): Promise<Act> {
    const delivered = await deps.deliver(kind, payload);
    if (!delivered.acked && !mayFail)
      workspace.violate(`${kind} ${String(payload.type ?? payload.command)} was not acknowledged within three seconds`);
    return { ...delivered, again: (retry) => deps.deliver(kind, payload, retry) };
  }

  const event = (event: Record<string, unknown> & { type: string }) => {
    if (!workspace.events.has(event.type)) throw new Error(`The manifest does not subscribe to ${event.type}.`);
    return send('events_api', {
      token: 'verification',
      team_id: teamId,
      context_team_id: teamId,
      context_enterprise_id: null,
      api_app_id: appId,
      event: { ...event, event_ts: workspace.nextTs() },
      type: 'event_callback',
      event_id: makeId('Ev'),
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: teamId,
          user_id: workspace.botUser,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: false,
      event_context: makeId('4-'),
    });
  };

  const interactive = (payload: Record<string, unknown> & { type: string }) =>
    send('interactive', {
      team: { id: teamId, domain: teamDomain },
      user: { id: person.id, username: person.name, name: person.name, team_id: teamId },
      api_app_id: appId,
      token: 'verification',
      trigger_id: workspace.trigger(person.id),
      enterprise: null,
      is_enterprise_install: false,
      ...payload,
    });

  const pressed = (button: Button, block_id: string) => ({
    type: 'button',
    action_id: button.action_id,
    block_id,
    action_ts: workspace.nextTs(),
    text: button.text,
    ...(button.value !== undefined && { value: button.value }),
  });

  return {
    ...person,
    dm: workspace.dmWith(person.id),

    slash(
      channel: Channel,
      text: string,
      { command = '/imagine', ...options }: { mayFail?: boolean; command?: string } = {},
    ): Promise<Act> {
      if (!workspace.commands.has(command)) throw new Error(`The manifest has no command ${command}.`);
      workspace.typed.push(text);
      return send(
        'slash_commands',
        {
          token: 'verification',
          team_id: teamId,
          team_domain: teamDomain,
          channel_id: channel.id,
          channel_name: channel.name,
          user_id: person.id,
          user_name: person.name,
          command,
          text,
          api_app_id: appId,
          is_enterprise_install: 'false',
          response_url: origin + makeHook(workspace, person.id, channel.id),
          trigger_id: workspace.trigger(person.id),
        },
        options,
      );
    },

    /** Presses the button whose label is, or begins with, these words. */
    press(message: Message, label: string): Promise<Act> {
      const found = findButton(message.blocks, label);
      if (!found) throw new Error(`There is no button “${label}” on: ${labels(message.blocks).join(', ')}`);
      return interactive({
        type: 'block_actions',
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: message.channel,
          is_ephemeral: message.onlyFor !== undefined,
        },
        channel: { id: message.channel, name: workspace.channels.get(message.channel)?.name },
        ...(!message.onlyFor && { message: asSeen(workspace, message, origin) }),
        state: { values: {} },
        response_url: origin + makeHook(workspace, person.id, message.channel, message.ts),
        actions: [pressed(found, 'b1')],
      });
    },

    /** Shares files in a channel, with some words. */
    post(channel: Channel, text: string, files: string[] = [], threadTs?: string): Message {
      return workspace.show({
        ...{ channel: channel.id, user: person.id, text, blocks: [] },
        ...(files.length > 0 && { files }),
        ...(threadTs && { threadTs }),
      });
    },

    /** Chooses from the menu of any message. */
    shortcut(message: Message, callback_id: string): Promise<Act> {
      if (!workspace.shortcuts.has(callback_id)) throw new Error(`The manifest has no shortcut ${callback_id}.`);
      return interactive({
        type: 'message_action',
        callback_id,
        channel: { id: message.channel, name: workspace.channels.get(message.channel)?.name },
        message_ts: message.ts,
        message: asSeen(workspace, message, origin),
        response_url: origin + makeHook(workspace, person.id, message.channel, message.ts),
        action_ts: workspace.nextTs(),
      });
    },

    /** Chooses from a menu under a message: the option whose label begins with these words. */
    choose(message: Message, label: string): Promise<Act> {
      for (const menu of menus(message.blocks)) {
        const option = menu.options.find(({ text }) => text.text.startsWith(label));
        if (!option) continue;
        return interactive({
          type: 'block_actions',
          container: {
            type: 'message',
            message_ts: message.ts,
            channel_id: message.channel,
            is_ephemeral: message.onlyFor !== undefined,
          },
          channel: { id: message.channel, name: workspace.channels.get(message.channel)?.name },
          message: asSeen(workspace, message, origin),
          state: { values: {} },
          response_url: origin + makeHook(workspace, person.id, message.channel, message.ts),
          actions: [
            {
              ...{ type: 'static_select', action_id: menu.action_id, block_id: 'b2', selected_option: option },
              action_ts: workspace.nextTs(),
            },
          ],
        });
      }
      throw new Error(`No menu has “${label}”.`);
    },

    async openHome(): Promise<Act> {
      return event({ type: 'app_home_opened', user: person.id, channel: workspace.dmWith(person.id).id, tab: 'home' });
    },

    /** Presses a button of the person's own App Home. */
    pressHome(label: string): Promise<Act> {
      const view = workspace.homes.get(person.id)?.view;
      const found = findButton(view?.blocks, label);
      if (!found) throw new Error(`There is no button “${label}” in App Home: ${labels(view?.blocks).join(', ')}`);
      const id = makeId('V');
      return interactive({
        type: 'block_actions',
        container: { type: 'view', view_id: id },
        view: { ...view, id, team_id: teamId, app_id: appId, hash: makeId(''), state: { values: {} } },
        actions: [pressed(found, 'b1')],
      });
    },

    react: (message: Message, reaction: string): Promise<Act> =>
      event({
        type: 'reaction_added',
        user: person.id,
        reaction,
        item_user: message.user,
        item: { type: 'message', channel: message.channel, ts: message.ts },
      }),

    /** Writes a message that mentions the bot. Slack escapes what was typed. */
    async mention(
      channel: Channel,
      text: string,
      { threadTs, files = [] }: { threadTs?: string; files?: string[] } = {},
    ): Promise<Act & { message: Message }> {
      workspace.typed.push(text);
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      const written = `<@${workspace.botUser}> ${escaped}`;
      const message = workspace.show({
        channel: channel.id,
        user: person.id,
        text: written,
        blocks: [],
        ...(files.length > 0 && { files }),
        ...(threadTs && { threadTs }),
      });
      const act = await event({
        type: 'app_mention',
        user: person.id,
        text: written,
        ts: message.ts,
        team: teamId,
        channel: channel.id,
        ...(files.length > 0 && { files: files.map((id) => fileSeen(workspace.files.get(id)!, origin)) }),
        ...(threadTs && { thread_ts: threadTs }),
      });
      return { ...act, message };
    },

    /** The modal this person has open, newest first. */
    modal: () => [...workspace.views.values()].reverse().find((view) => view.open && view.person === person.id),

    /** Fills in and submits the open modal: values by block_id, of a file its id. An answer without errors closes it. */
    async submit(values: Record<string, string | boolean | undefined>): Promise<Act> {
      const open = this.modal();
      if (!open) throw new Error('There is no modal open.');
      const { view } = open;
      const blocks = (view.blocks as InputBlock[]).filter(({ type }) => type === 'input');
      const unknown = Object.keys(values).filter((name) => !blocks.some(({ block_id }) => block_id === name));
      if (unknown.length > 0) throw new Error(`The modal has no field ${unknown.join(', ')}.`);
      for (const value of Object.values(values)) if (typeof value === 'string') workspace.typed.push(value);
      const act = await interactive({
        type: 'view_submission',
        view: {
          ...view,
          id: open.id,
          team_id: teamId,
          app_id: appId,
          app_installed_team_id: teamId,
          bot_id: workspace.botId,
          hash: open.hash,
          private_metadata: view.private_metadata ?? '',
          previous_view_id: null,
          root_view_id: open.id,
          state: {
            values: Object.fromEntries(
              blocks.map((block) => [block.block_id, state(workspace, origin, block, values[block.block_id])]),
            ),
          },
        },
        response_urls: [],
      });
      const answer = act.body as { response_action?: string; errors?: Record<string, string> } | undefined;
      for (const name of Object.keys(answer?.errors ?? {}))
        if (!blocks.some(({ block_id }) => block_id === name))
          workspace.violate(`modal error for unknown block ${name}`);
      if (act.acked && answer?.response_action !== 'errors') open.open = false;
      return act;
    },
  };
}

interface InputBlock {
  type: string;
  block_id: string;
  optional?: boolean;
  element: {
    type: string;
    action_id: string;
    initial_value?: string;
    options?: { value: string }[];
    initial_option?: { value: string };
  };
}

function state(
  workspace: Workspace,
  origin: string,
  { element, optional }: InputBlock,
  value: string | boolean | undefined,
) {
  const { type, action_id } = element;
  if (type === 'file_input') {
    const file = value === undefined ? undefined : workspace.files.get(String(value));
    if (!file && !optional) throw new Error('Slack does not submit a form without its file.');
    return { [action_id]: { type, files: file ? [fileSeen(file, origin)] : [] } };
  }
  if (type === 'static_select') {
    const option = value === undefined ? element.initial_option : element.options?.find((o) => o.value === value);
    if (value !== undefined && !option) throw new Error(`There is no option ${value}.`);
    return { [action_id]: { type, selected_option: option ?? null } };
  }
  if (type === 'checkboxes') return { [action_id]: { type, selected_options: value ? element.options : [] } };
  return { [action_id]: { type, value: value ?? element.initial_value ?? null } };
}

function buttons(blocks: unknown): Button[] {
  if (Array.isArray(blocks)) return blocks.flatMap(buttons);
  if (typeof blocks !== 'object' || blocks === null) return [];
  if ('type' in blocks && blocks.type === 'button') return [blocks as Button];
  return Object.values(blocks).flatMap(buttons);
}

interface Select {
  action_id: string;
  options: { text: { text: string }; value: string }[];
}

function menus(blocks: unknown): Select[] {
  if (Array.isArray(blocks)) return blocks.flatMap(menus);
  if (typeof blocks !== 'object' || blocks === null) return [];
  if ('type' in blocks && blocks.type === 'static_select') return [blocks as unknown as Select];
  return Object.values(blocks).flatMap(menus);
}

const findButton = (blocks: unknown, label: string) =>
  buttons(blocks).find(({ text }) => text.text === label) ??
  buttons(blocks).find(({ text }) => text.text.includes(label));

/** The labels of all buttons, in reading order. */
export const labels = (blocks: unknown): string[] => buttons(blocks).map(({ text }) => text.text);
