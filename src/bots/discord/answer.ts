/** The ways to answer one interaction. Whichever comes first meets the three seconds; the rest adapt to it. */
import {
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  InteractionResponseType,
  MessageFlags,
  type RepliableInteraction,
} from 'discord.js';
import type { Address } from '../../core/address.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply } from '../../core/reply.ts';
import type { Api } from './api.ts';
import { addressOf } from './person.ts';
import { render } from './render.ts';
import { facts } from './trouble.ts';

export interface AnswerDeps {
  api: Api;
  read: (key: string) => Promise<Uint8Array>;
  log: Logger;
}

export type Answer = ReturnType<typeof createAnswer>;

/** A decision that takes longer than this is deferred before it is known: half the limit is left for the way. */
const PATIENCE_MS = 1500;

/**
 * `privately`: whether an answer is for this person only, should it have to be deferred before it is known. `opensForm`:
 * it is not deferred at all, since a form must come first.
 */
export function createAnswer(
  { api, read, log }: AnswerDeps,
  interaction: RepliableInteraction,
  { privately, opensForm = false }: { privately: boolean; opensForm?: boolean },
) {
  const { id, applicationId, token } = interaction;
  const ticket = { applicationId, token };
  let deferred: { private: boolean; message: Promise<APIMessage | undefined> } | undefined;
  let said: 'nothing' | 'quietly' | 'told' = 'nothing';

  const defer = (isPrivate: boolean) => {
    clearTimeout(patience);
    deferred ??= {
      private: isPrivate,
      message: api.answer(id, ticket, {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        ...(isPrivate && { data: { flags: MessageFlags.Ephemeral } }),
      }),
    };
    return deferred;
  };
  const patience = opensForm ? undefined : setTimeout(() => void defer(privately).message.catch(() => {}), PATIENCE_MS);

  return {
    /** Defers, then fills the deferred message. It cannot change between public and private afterwards. */
    async acknowledge(reply: Reply): Promise<Address> {
      const { message, private: isPrivate } = defer(reply.private);
      const shown = await message;
      if (isPrivate !== reply.private) throw new AppError('platform_unavailable', 'Deferred for the wrong eyes.');
      await api
        .editOriginal(ticket, await render({ read }, reply))
        .catch((caught: unknown) => log.warn(facts(caught), 'waiting reply not shown; the picture will be'));
      return { ...addressOf(interaction), private: isPrivate, ...(shown && { messageId: shown.id }) };
    },
    /** Shows a form; what is filled in comes as an interaction of its own. */
    async open(form: APIModalInteractionResponseCallbackData): Promise<void> {
      clearTimeout(patience);
      if (deferred) throw new AppError('platform_unavailable', 'That took too long. Please choose it again.');
      said = 'told';
      await api.answer(id, ticket, { type: InteractionResponseType.Modal, data: form });
    },
    /** Takes note of a press without a word: what it does will be seen. */
    async quietly(): Promise<void> {
      clearTimeout(patience);
      said = 'quietly';
      await api.answer(id, ticket, { type: InteractionResponseType.DeferredMessageUpdate });
    },
    /** Takes away the message that was pressed, also a private one. */
    removePressed: (): Promise<void> => api.deleteOriginal(ticket),
    /** For this person only. A public “thinking…” that nothing will follow is taken back first. */
    async tell(reply: Reply): Promise<void> {
      const rendered = await render({ read }, reply); // many pictures take their time: patience runs meanwhile
      clearTimeout(patience);
      const flags = MessageFlags.Ephemeral;
      if (deferred) {
        await deferred.message;
        if (deferred.private) return void (await api.editOriginal(ticket, rendered));
        await api.deleteOriginal(ticket);
      }
      const first = said === 'nothing' && !deferred;
      said = 'told';
      if (!first) return void (await api.followUp(ticket, rendered, flags));
      const { files, body } = rendered;
      const data = { ...body, flags };
      await api.answer(id, ticket, { type: InteractionResponseType.ChannelMessageWithSource, data }, files);
    },
    /** Nothing more will be said. */
    end: () => clearTimeout(patience),
  };
}
