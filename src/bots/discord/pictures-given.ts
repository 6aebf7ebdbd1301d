/** Pictures as people hand them over in Discord: attachments, and links to messages. */
import type { APIAttachment, APIMessage, BaseInteraction, CommandInteractionOption } from 'discord.js';
import { AppError } from '../../core/errors.ts';
import type { Studio } from '../../core/studio.ts';
import type { GivenPicture } from '../given-picture.ts';
import type { Options } from '../option-table.ts';
import type { Api } from './api.ts';

export interface PictureDeps {
  api: Api;
  studio: Studio;
  /** Bytes behind a link of Discord's own. */
  fetchPicture: (url: string) => Promise<Uint8Array>;
}

/** What was filled in, by name. A client may send anything; the commands check it. */
export async function optionsOf(
  deps: PictureDeps,
  { channelId }: Pick<BaseInteraction, 'channelId'>,
  data: readonly CommandInteractionOption[],
): Promise<Options> {
  const options: Record<string, unknown> = {};
  for (const { name, value, attachment } of data) {
    const link = typeof value === 'string' && LINKED.has(name) ? linkIn(value) : undefined;
    if (attachment) options[name] = fetched(deps, attachment);
    else if (link) options[name] = (await ours(deps, link)) ?? (await theirs(deps, name, link, channelId));
    else options[name] = value;
  }
  const { of, ...rest } = options;
  return typeof of === 'object' ? { ...rest, picture: of } : options;
}

export const fetched = (
  { fetchPicture }: Pick<PictureDeps, 'fetchPicture'>,
  { url }: Pick<APIAttachment, 'url'>,
): GivenPicture => ({
  fetch: () => fetchPicture(url),
});

/** Options that take a link to a message. */
const LINKED: ReadonlySet<string> = new Set(['of', 'from', 'to']);

interface Link {
  channelId: string;
  messageId: string;
  /** Which of its pictures, from 1. */
  nth: number;
}

function linkIn(text: string): Link | undefined {
  const [, channelId, messageId, nth = '1'] =
    /^\s*<?https:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)>?(?:\s*#(\d+))?\s*$/.exec(
      text,
    ) ?? [];
  return channelId && messageId ? { channelId, messageId, nth: Number(nth) } : undefined;
}

/** The id of a picture that one of our messages shows, as it would be typed. */
async function ours({ studio }: PictureDeps, { messageId, nth }: Link): Promise<string | undefined> {
  const found = await studio.findByMessage('discord', messageId);
  return found && `${found.id}#${nth}`;
}

/** What is attached to another's message, in the channel that the person is in: others they may not be shown. */
async function theirs(deps: PictureDeps, option: string, { channelId, messageId, nth }: Link, here: string | null) {
  if (option !== 'of') throw new AppError('invalid_request', 'Only pictures made here can be morphed.');
  if (channelId !== here)
    throw new AppError(
      'invalid_request',
      'That message is in another channel. Link one of this channel, or attach the picture.',
    );
  const picture = (await attachedTo(deps, channelId, messageId))[nth - 1];
  if (!picture) throw new AppError('not_found', `There is no picture ${nth} at that message.`);
  return fetched(deps, picture);
}

/** Pictures attached to anybody's message, at least one. Throws invalid_request. */
export async function attachedTo(
  { api }: Pick<PictureDeps, 'api'>,
  channelId: string,
  messageId: string,
): Promise<APIAttachment[]> {
  const message = await api.message(channelId, messageId);
  const pictures = picturesOf(message);
  if (pictures.length > 0) return pictures;
  throw new AppError(
    'invalid_request',
    isHidden(message)
      ? 'Discord does not show me that message. Choose “Stylize this image” in its Apps menu instead, or let the admin switch on the Message Content Intent of this bot.'
      : 'There is no picture attached to that message.',
  );
}

/** Those that say they are; whether they are is found out later. */
export const picturesOf = ({ attachments }: Pick<APIMessage, 'attachments'>): APIAttachment[] =>
  attachments.filter(
    ({ content_type, filename }) =>
      content_type?.startsWith('image/') || /\.(png|jpe?g|webp|gif|avif)$/i.test(filename),
  );

/** Without the privileged intent a message of others comes empty. */
const isHidden = ({ content, attachments, embeds }: APIMessage) =>
  !content && attachments.length === 0 && embeds.length === 0;
