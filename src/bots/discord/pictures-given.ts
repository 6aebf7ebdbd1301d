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
  for (const { name, value, attachment } of data)
    options[name] = attachment
      ? fetched(deps, attachment)
      : typeof value === 'string'
        ? await linked(deps, value, channelId)
        : value;
  const { of, ...rest } = options;
  return typeof of === 'object' ? { ...rest, picture: of } : options;
}

export const fetched = (
  { fetchPicture }: Pick<PictureDeps, 'fetchPicture'>,
  { url }: Pick<APIAttachment, 'url'>,
): GivenPicture => ({
  fetch: () => fetchPicture(url),
});

const LINK = /^\s*<?https:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)>?\s*$/;

/** A link to one of our messages is the picture's id; to another's message in the same channel, what is attached there. */
async function linked(deps: PictureDeps, text: string, here: string | null): Promise<string | GivenPicture> {
  const [, channelId = '', messageId = ''] = LINK.exec(text) ?? [];
  if (!messageId) return text;
  const ours = await deps.studio.findByMessage('discord', messageId);
  if (ours) return ours.id;
  if (channelId !== here)
    throw new AppError(
      'invalid_request',
      'That message is in another channel. Link one of this channel, or attach the picture.',
    );
  const [first] = await attachedTo(deps, channelId, messageId);
  return fetched(deps, first!);
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
