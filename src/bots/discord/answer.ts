/** The ways to answer one interaction. Whichever comes first meets the three seconds; the rest adapt to it. */
import { InteractionResponseType, MessageFlags, type RepliableInteraction } from 'discord.js';
import type { Address } from '../../core/address.ts';
import { type AppError, says } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply } from '../../core/reply.ts';
import { refusal } from '../present.ts';
import type { Api } from './api.ts';
import { addressOf } from './person.ts';
import { render } from './render.ts';

export interface AnswerDeps {
  api: Api;
  read: (key: string) => Promise<Uint8Array>;
  log: Logger;
}

export type Answer = ReturnType<typeof createAnswer>;

export function createAnswer({ api, read, log }: AnswerDeps, interaction: RepliableInteraction) {
  const { id, applicationId, token } = interaction;
  const ticket = { applicationId, token };
  let state: 'open' | 'deferred' | 'quiet' | 'told' = 'open';

  return {
    /** Defers, then fills the deferred message. It cannot change between public and private afterwards. */
    async acknowledge(reply: Reply): Promise<Address> {
      const message = await api.answer(id, ticket, {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        ...(reply.private && { data: { flags: MessageFlags.Ephemeral } }),
      });
      state = 'deferred';
      await api
        .editOriginal(ticket, await render({ read }, reply))
        .catch((err: unknown) => log.warn({ err }, 'waiting reply not shown; the picture will be'));
      return { ...addressOf(interaction), private: reply.private, ...(message && { messageId: message.id }) };
    },
    /** Takes note of a press without a word: what it does will be seen. */
    async quietly(): Promise<void> {
      await api.answer(id, ticket, { type: InteractionResponseType.DeferredMessageUpdate });
      state = 'quiet';
    },
    /** Takes away the message that was pressed, also a private one. */
    removePressed: (): Promise<void> => api.deleteOriginal(ticket),
    /** For this person only. */
    async tell(reply: Reply): Promise<void> {
      const rendered = await render({ read }, reply);
      const flags = MessageFlags.Ephemeral;
      if (state !== 'open') return void (await api.followUp(ticket, rendered, flags));
      const { files, body } = rendered;
      state = 'told';
      await api.answer(
        id,
        ticket,
        { type: InteractionResponseType.ChannelMessageWithSource, data: { ...body, flags } },
        files,
      );
    },
    /** One clear reason, in private. A public "thinking…" that nothing will follow is taken back first. */
    async refuse(error: AppError): Promise<void> {
      if (state === 'told') return log.warn({ err: error, said: says(error) }, 'failed after the answer');
      if (state === 'deferred') await api.deleteOriginal(ticket);
      await this.tell(refusal(error));
    },
  };
}
