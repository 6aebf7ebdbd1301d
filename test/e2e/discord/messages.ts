/** Making, changing and hiding messages, once the rules have passed. */
import sharp from 'sharp';
import { tooLarge, unknownMessage } from './refused.ts';
import { checkMessage, type MessageBody, type Upload } from './rules.ts';
import { type Attachment, FLAG, type Message, type User, type World } from './world.ts';

interface Making {
  channelId: string;
  author: User;
  ephemeralFor?: string | undefined;
  interactionId?: string | undefined;
}

export async function createMessage(
  world: World,
  where: string,
  { channelId, author, ephemeralFor, interactionId }: Making,
  body: MessageBody,
  uploads: Upload[],
): Promise<Message> {
  checkMessage(world, where, body, uploads, { ids: [], content: '', images: 0 });
  const message: Message = {
    id: world.snowflake(),
    channelId,
    author,
    content: body.content ?? '',
    attachments: await store(world, body, uploads, []),
    components: (body.components ?? []) as never,
    flags: (body.flags ?? 0) & (FLAG.ephemeral | FLAG.suppressEmbeds),
    createdAt: world.clock.now(),
    ...(ephemeralFor && { ephemeralFor }),
    ...(interactionId && { interactionId }),
    ...(body.nonce && { nonce: String(body.nonce) }),
    ...(body.message_reference?.message_id && { replyTo: body.message_reference.message_id }),
    deleted: false,
  };
  world.messages.set(message.id, message);
  world.show('created', message);
  return message;
}

/** The empty "is thinking…" message of a deferred answer. */
export function createLoading(world: World, { channelId, author, ephemeralFor, interactionId }: Making): Message {
  const message: Message = {
    id: world.snowflake(),
    channelId,
    author,
    content: '',
    attachments: [],
    components: [],
    flags: FLAG.loading | (ephemeralFor ? FLAG.ephemeral : 0),
    createdAt: world.clock.now(),
    ...(ephemeralFor && { ephemeralFor }),
    ...(interactionId && { interactionId }),
    deleted: false,
  };
  world.messages.set(message.id, message);
  world.show('created', message);
  return message;
}

export async function editMessage(
  world: World,
  where: string,
  message: Message | undefined,
  body: MessageBody,
  uploads: Upload[],
): Promise<Message> {
  if (!message || message.deleted) throw unknownMessage();
  const { attachments } = message;
  checkMessage(world, where, body, uploads, {
    ids: attachments.map(({ id }) => id),
    content: message.content,
    images: attachments.length,
  });
  if (body.flags != null && (body.flags & FLAG.ephemeral) !== (message.flags & FLAG.ephemeral))
    world.violate(`${where}: the ephemeral state of a message cannot change`);
  const kept = body.attachments
    ? attachments.filter(({ id }) => body.attachments?.some((one) => one.id === id))
    : attachments;
  const stored = await store(world, body, uploads, kept);
  if (message.deleted) throw unknownMessage();
  message.attachments = stored;
  if (body.content !== undefined) message.content = body.content ?? '';
  if (body.components) message.components = body.components as never;
  message.flags &= ~FLAG.loading;
  message.editedAt = world.clock.now();
  world.show('edited', message);
  return message;
}

export function deleteMessage(world: World, message: Message | undefined): void {
  if (!message || message.deleted) throw unknownMessage();
  message.deleted = true;
  world.show('deleted', message);
}

async function store(world: World, body: MessageBody, uploads: Upload[], kept: Attachment[]): Promise<Attachment[]> {
  if (uploads.some(({ bytes }) => bytes.length > world.fileLimit)) throw tooLarge();
  if (uploads.reduce((sum, { bytes }) => sum + bytes.length, 0) > 25 * 1024 * 1024) throw tooLarge();
  const added = uploads.map(async ({ field, filename, contentType, bytes }): Promise<Attachment> => {
    const entry = body.attachments?.find(({ id }) => `files[${id}]` === field);
    const size = await sizeOf(world, filename, contentType, bytes);
    return {
      id: world.snowflake(),
      filename: (entry?.filename ?? filename).replace(/[^\w.-]/g, '_'),
      ...(entry?.description && { description: entry.description }),
      contentType,
      bytes,
      ...size,
    };
  });
  return [...kept, ...(await Promise.all(added))];
}

const ZIP = Buffer.from('PK\x03\x04', 'latin1');

/** Of a picture; an archive has none. */
async function sizeOf(world: World, filename: string, contentType: string, bytes: Uint8Array) {
  if (contentType === 'application/zip' && Buffer.from(bytes.subarray(0, 4)).equals(ZIP)) return {};
  const { width, height } = await sharp(bytes)
    .metadata()
    .catch(() => {
      world.violate(`${filename} is neither a picture nor an archive`);
      return { width: 0, height: 0 };
    });
  return { width, height };
}
