/** /channels/{channel}/messages and direct channels, with the bot token. Private messages do not exist here. */
import {
  CreatePrivateChannelRequestSchema,
  MessageCreateRequestSchema,
  MessageEditRequestPartialSchema,
} from 'discord-api-spec/zod';
import { channelJson, messageJson } from './json.ts';
import { createMessage, deleteMessage, editMessage } from './messages.ts';
import { Refused, unknownChannel, unknownMessage } from './refused.ts';
import type { Answer, Call } from './rest.ts';
import { checkSchema, type MessageBody } from './rules.ts';
import { directChannel, type Message, type World } from './world.ts';

const NONCE_LIFE_MS = 3 * 60_000;

export async function postMessage(world: World, call: Call, [channelId]: string[]): Promise<Answer> {
  const channel = world.channels.get(channelId ?? '');
  if (!channel) throw unknownChannel();
  checkSchema(world, 'post', MessageCreateRequestSchema, call.body);
  const body = call.body as MessageBody;
  if (channel.recipient?.closed) throw new Refused(403, 50007, 'Cannot send messages to this user');
  const again = [...world.messages.values()].find(
    ({ nonce, channelId, createdAt }) =>
      body.enforce_nonce &&
      nonce === String(body.nonce) &&
      channelId === channel.id &&
      world.clock.now() - createdAt < NONCE_LIFE_MS,
  );
  const message =
    again ?? (await createMessage(world, 'post', { channelId: channel.id, author: world.bot }, body, call.uploads));
  return { status: 200, body: messageJson(world, call.base, message) };
}

export async function patchMessage(world: World, call: Call, [channelId, id]: string[]): Promise<Answer> {
  checkSchema(world, 'edit', MessageEditRequestPartialSchema, call.body);
  const message = reachable(world, channelId, id);
  if (message.author.id !== world.bot.id)
    throw new Refused(403, 50005, 'Cannot edit a message authored by another user');
  const edited = await editMessage(world, 'edit', message, call.body as MessageBody, call.uploads);
  for (const interaction of world.interactions.values())
    if (interaction.originalId === edited.id) interaction.loading = false;
  return { status: 200, body: messageJson(world, call.base, edited) };
}

export async function getMessage(world: World, call: Call, [channelId, id]: string[]): Promise<Answer> {
  const message = reachable(world, channelId, id);
  return { status: 200, body: { ...messageJson(world, call.base, message), ...hidden(world, message) } };
}

/** What the bot is not shown of other people's messages. */
const hidden = (world: World, { author, channelId }: Message) =>
  world.messageContent || author.id === world.bot.id || world.channels.get(channelId)?.type === 1
    ? {}
    : { content: '', attachments: [], embeds: [], components: [] };

export async function listMessages(world: World, call: Call, [channelId]: string[]): Promise<Answer> {
  if (!world.channels.has(channelId ?? '')) throw unknownChannel();
  const messages = [...world.messages.values()]
    .filter((message) => message.channelId === channelId && !message.deleted && !message.ephemeralFor)
    .reverse()
    .slice(0, Number(call.query.get('limit') ?? 50));
  return { status: 200, body: messages.map((message) => messageJson(world, call.base, message)) };
}

export async function removeMessage(world: World, _call: Call, [channelId, id]: string[]): Promise<Answer> {
  deleteMessage(world, reachable(world, channelId, id));
  return { status: 204 };
}

export async function openDirect(world: World, call: Call): Promise<Answer> {
  checkSchema(world, 'open direct channel', CreatePrivateChannelRequestSchema, call.body);
  const user = world.users.get(String((call.body as { recipient_id?: string }).recipient_id));
  if (!user || user.bot) throw new Refused(400, 50033, 'Invalid Recipient(s)');
  return { status: 200, body: channelJson(world, directChannel(world, user)) };
}

function reachable(world: World, channelId: string | undefined, id: string | undefined): Message {
  if (!world.channels.has(channelId ?? '')) throw unknownChannel();
  const message = world.messages.get(id ?? '');
  if (!message || message.deleted || message.ephemeralFor || message.channelId !== channelId) throw unknownMessage();
  return message;
}
