/**
 * The requests the bot makes. Each may be repeated safely — edits are idempotent, posts carry a nonce, a second
 * acknowledgement is refused — so each is, when the connection is lost.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type APIMessage,
  type RawFile,
  type REST,
  type RESTPostAPIChannelMessageJSONBody,
  type RESTPostAPIInteractionCallbackJSONBody,
  type RESTPostAPIInteractionCallbackWithResponseResult,
  Routes,
} from 'discord.js';
import type { Logger } from '../../core/log.ts';
import type { Rendered } from './render.ts';
import { CODE, codeOf, facts, isLost } from './trouble.ts';

/** What a token edits: the interaction's own answer. */
export interface Ticket {
  applicationId: string;
  token: string;
}

export type Api = ReturnType<typeof createApi>;

const PAUSES_MS = [100, 400, 1200];

export function createApi({ rest, log }: { rest: REST; log: Logger }) {
  async function insist<T>(request: () => Promise<unknown>): Promise<T> {
    for (const pause of PAUSES_MS)
      try {
        return (await request()) as T;
      } catch (caught) {
        if (!isLost(caught)) throw caught;
        log.warn({ ...facts(caught), retryInMs: pause }, 'connection to discord lost; trying again');
        await sleep(pause);
      }
    return (await request()) as T;
  }
  const original = ({ applicationId, token }: Ticket) => Routes.webhookMessage(applicationId, token, '@original');
  /** The token in the path is the authorization. */
  const auth = false;

  return {
    /** Answers an interaction once. Being told that it is answered already is as good. */
    async answer(
      id: string,
      { applicationId, token }: Ticket,
      body: RESTPostAPIInteractionCallbackJSONBody,
      files: RawFile[] = [],
    ): Promise<APIMessage | undefined> {
      const query = new URLSearchParams({ with_response: 'true' });
      try {
        const answered = await insist<RESTPostAPIInteractionCallbackWithResponseResult | undefined>(() =>
          rest.post(Routes.interactionCallback(id, token), { body, files, query, auth }),
        );
        return answered?.resource?.message;
      } catch (caught) {
        if (codeOf(caught) !== CODE.alreadyAcknowledged) throw caught;
        return insist<APIMessage>(() => rest.get(original({ applicationId, token }), { auth })).catch(() => undefined);
      }
    },
    editOriginal: (ticket: Ticket, { body, files }: Rendered) =>
      insist<APIMessage>(() => rest.patch(original(ticket), { body, files, auth })),
    deleteOriginal: (ticket: Ticket) => insist<void>(() => rest.delete(original(ticket), { auth })),
    /** Not repeated: nothing tells Discord that it is the same one. */
    followUp: ({ applicationId, token }: Ticket, { body, files }: Rendered, flags: number) =>
      rest.post(Routes.webhook(applicationId, token), { body: { ...body, flags }, files, auth }),
    edit: (channelId: string, messageId: string, { body, files }: Rendered) =>
      insist<APIMessage>(() => rest.patch(Routes.channelMessage(channelId, messageId), { body, files })),
    /** The same nonce within a few minutes is the same message. */
    post: (
      channelId: string,
      { body, files }: Rendered,
      { nonce, replyTo }: { nonce: string; replyTo?: string | undefined },
    ) =>
      insist<APIMessage>(() =>
        rest.post(Routes.channelMessages(channelId), {
          body: {
            ...body,
            nonce,
            enforce_nonce: true,
            ...(replyTo && { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
          } satisfies RESTPostAPIChannelMessageJSONBody,
          files,
        }),
      ),
    delete: (channelId: string, messageId: string) =>
      insist<void>(() => rest.delete(Routes.channelMessage(channelId, messageId))),
    message: (channelId: string, messageId: string) =>
      insist<APIMessage>(() => rest.get(Routes.channelMessage(channelId, messageId))),
    recent: (channelId: string) =>
      insist<APIMessage[]>(() =>
        rest.get(Routes.channelMessages(channelId), { query: new URLSearchParams({ limit: '50' }) }),
      ),
    openDirect: async (userId: string) =>
      (await insist<{ id: string }>(() => rest.post(Routes.userChannels(), { body: { recipient_id: userId } }))).id,
  };
}

/** The nonce of what bears any other name. */
export const nonceFor = (name: string): string => nonceOf(createHash('sha256').update(name).digest('hex').slice(0, 32));

/** A generation's nonce: its uuid in base 36, 25 characters at most, which is what Discord takes. */
export const nonceOf = (generationId: string): string => BigInt(`0x${generationId.replaceAll('-', '')}`).toString(36);
