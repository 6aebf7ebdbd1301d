/** Shows a Reply at a Discord address, from any process: each way that may still be open is tried in turn. */
import type { AddressOf } from '../../core/address.ts';
import type { Courier } from '../../core/courier.ts';
import { AppError } from '../../core/errors.ts';
import type { Reply } from '../../core/reply.ts';
import { type Api, nonceOf } from './api.ts';
import { DEFAULT_UPLOAD_LIMIT, type Rendered, render } from './render.ts';
import { CODE, codeOf, isDeadEnd, toPlatformError } from './trouble.ts';

type Address = AddressOf<'discord'>;
type Way = () => Promise<{ message: string; address: Address }>;

export interface CourierDeps {
  api: Api;
  read: (key: string) => Promise<Uint8Array>;
  now?: () => number;
}

/** Interaction tokens live 15 minutes; half a minute is left for the request itself. */
const TOKEN_LIFE_MS = 14.5 * 60_000;

export function createCourier(deps: CourierDeps): Courier<'discord'> {
  const { api, now = Date.now } = deps;

  const ticketOf = ({ applicationId, interactionToken: token, askedAt }: Address) =>
    token && now() - Date.parse(askedAt) < TOKEN_LIFE_MS ? { applicationId, token } : undefined;

  /** In order of preference. A public message is the bot's own, so the bot token edits it for ever. */
  function ways(address: Address, rendered: Rendered, reply: Reply, attempt: number): Way[] {
    const { channelId, messageId, userId } = address;
    const ticket = ticketOf(address);
    const byToken: Way[] = ticket
      ? [
          async () => {
            const { id } = await api.editOriginal(ticket, rendered);
            return { message: id, address: { ...address, messageId: id } };
          },
        ]
      : [];
    const directly: Way[] = userId ? [() => direct(deps, address, userId, rendered, reply, attempt)] : [];
    if (address.private) return [...byToken, ...directly];
    const inPlace: Way[] = messageId
      ? [
          async () => {
            await api.edit(channelId, messageId, rendered);
            return { message: messageId, address };
          },
        ]
      : [];
    return [...inPlace, ...byToken, () => anew(deps, address, rendered, reply, attempt), ...directly];
  }

  return {
    platform: 'discord',
    async deliver(address, reply, attempt) {
      try {
        return await withinLimit(deps, address, reply, (rendered) =>
          firstOpen(ways(address, rendered, reply, attempt)),
        );
      } catch (caught) {
        throw toPlatformError(caught);
      }
    },
    async progress(address, reply) {
      const { channelId, messageId } = address;
      const ticket = ticketOf(address);
      try {
        const rendered = await render(deps, reply, address.uploadLimit);
        if (!address.private && messageId) await api.edit(channelId, messageId, rendered);
        else if (ticket) await api.editOriginal(ticket, rendered);
      } catch (caught) {
        throw toPlatformError(caught);
      }
    },
    async remove(address) {
      const { channelId, messageId } = address;
      const ticket = ticketOf(address);
      try {
        if (!address.private && messageId) await api.delete(channelId, messageId);
        else if (ticket) await api.deleteOriginal(ticket);
      } catch (caught) {
        if (!isDeadEnd(caught)) throw toPlatformError(caught);
      }
    },
  };
}

async function firstOpen(ways: Way[]): ReturnType<Way> {
  let closed: unknown = new AppError('platform_refused', 'The private answer can no longer be shown.');
  for (const way of ways)
    try {
      return await way();
    } catch (caught) {
      if (!isDeadEnd(caught)) throw caught;
      closed = caught;
    }
  throw closed;
}

/** The limit in the interaction is the asker's; what the bot may upload later can be less. */
async function withinLimit<T>(
  deps: CourierDeps,
  { uploadLimit = DEFAULT_UPLOAD_LIMIT }: Address,
  reply: Reply,
  send: (rendered: Rendered) => Promise<T>,
): Promise<T> {
  const limits = [uploadLimit, Math.min(uploadLimit, DEFAULT_UPLOAD_LIMIT) / 2];
  for (const limit of limits)
    try {
      return await send(await render(deps, reply, limit));
    } catch (caught) {
      if (codeOf(caught) !== CODE.tooLarge) throw caught;
    }
  return send(await render(deps, reply, DEFAULT_UPLOAD_LIMIT / 10));
}

/** The message is gone, but its person still waits. */
async function anew(
  { api }: CourierDeps,
  address: Address,
  rendered: Rendered,
  reply: Reply,
  attempt: number,
): ReturnType<Way> {
  const { channelId } = address;
  const nonce = nonceOf(reply.generationId ?? crypto.randomUUID());
  // Discord forgets nonces after minutes: a later attempt looks whether an earlier one arrived.
  const known = attempt > 1 ? await posted(api, channelId, reply.generationId) : undefined;
  const { id } = known ? await api.edit(channelId, known, rendered) : await api.post(channelId, rendered, { nonce });
  return { message: id, address: { ...address, messageId: id } };
}

/** Private and out of time, or shut out of the channel: to the person directly, as an ordinary message there. */
async function direct(
  deps: CourierDeps,
  { interactionToken: _, ...address }: Address,
  userId: string,
  rendered: Rendered,
  reply: Reply,
  attempt: number,
): ReturnType<Way> {
  const channelId = await deps.api.openDirect(userId);
  return anew(deps, { ...address, channelId, private: false }, rendered, reply, attempt);
}

async function posted(api: Api, channelId: string, generationId: string | undefined): Promise<string | undefined> {
  if (!generationId) return undefined;
  const messages = await api.recent(channelId).catch(() => []);
  return messages.find(({ components }) => JSON.stringify(components ?? []).includes(generationId))?.id;
}
