/** POST /interactions/{id}/{token}/callback: the three seconds, one answer each, and which answer fits what. */
import {
  ApplicationCommandAutocompleteCallbackRequestSchema,
  CreateMessageInteractionCallbackRequestSchema,
  ModalInteractionCallbackRequestSchema,
  UpdateMessageInteractionCallbackRequestSchema,
} from 'discord-api-spec/zod';
import { messageJson } from './json.ts';
import { createLoading, createMessage, editMessage } from './messages.ts';
import { alreadyAcknowledged, invalidForm, unknownInteraction } from './refused.ts';
import type { Answer, Call } from './rest.ts';
import { checkModal, checkSchema, type MessageBody } from './rules.ts';
import { ACK_LIMIT_MS, FLAG, type Interaction, type Message, type Modal, type World } from './world.ts';

const FITS = { 2: [4, 5, 9], 3: [4, 5, 6, 7, 9], 4: [8], 5: [4, 5] } as const;
const SCHEMAS: Record<number, Parameters<typeof checkSchema>[2]> = {
  4: CreateMessageInteractionCallbackRequestSchema,
  5: CreateMessageInteractionCallbackRequestSchema,
  6: UpdateMessageInteractionCallbackRequestSchema,
  7: UpdateMessageInteractionCallbackRequestSchema,
  8: ApplicationCommandAutocompleteCallbackRequestSchema,
  9: ModalInteractionCallbackRequestSchema,
};

export async function callback(world: World, call: Call, [id, token]: string[]): Promise<Answer> {
  const interaction = world.interactions.get(token ?? '');
  if (!interaction || interaction.id !== id) throw unknownInteraction();
  if (interaction.callback) {
    if (!interaction.callback.responseLost) world.violate(`interaction ${id} was answered twice`);
    throw alreadyAcknowledged();
  }
  const afterMs = world.clock.now() - interaction.at;
  if (afterMs > ACK_LIMIT_MS) throw unknownInteraction();
  const { type, data } = call.body as { type: number; data?: MessageBody & { choices?: [] } };
  if (!(FITS[interaction.type] as readonly number[]).includes(type)) {
    world.violate(`callback type ${type} does not fit an interaction of type ${interaction.type}`);
    throw invalidForm('type');
  }
  checkSchema(world, `callback ${type}`, SCHEMAS[type]!, call.body);
  interaction.callback = { type, afterMs, responseLost: call.fault === 'lost-after' };
  const message = await apply(world, interaction, type, data, call);
  world.changed.emit('change');
  if (call.query.get('with_response') !== 'true') return { status: 204 };
  return {
    status: 200,
    body: {
      interaction: {
        id,
        type: interaction.type,
        response_message_id: message?.id,
        response_message_loading: interaction.loading,
        response_message_ephemeral: Boolean(message?.ephemeralFor),
      },
      ...(message && { resource: { type, message: messageJson(world, call.base, message) } }),
    },
  };
}

async function apply(
  world: World,
  interaction: Interaction,
  type: number,
  data: (MessageBody & { choices?: { name: string; value: string }[] }) | undefined,
  call: Call,
): Promise<Message | undefined> {
  const ephemeralFor = (data?.flags ?? 0) & FLAG.ephemeral ? interaction.user.id : undefined;
  const making = { channelId: interaction.channelId, author: world.bot, ephemeralFor, interactionId: interaction.id };
  if (type === 4) {
    const message = await createMessage(world, 'reply', making, data ?? {}, call.uploads);
    interaction.originalId = message.id;
    return message;
  }
  if (type === 5) {
    if (Object.keys(data ?? {}).some((key) => key !== 'flags') || ((data?.flags ?? 0) & ~FLAG.ephemeral) !== 0)
      world.violate('a deferred answer may carry the ephemeral flag only');
    interaction.loading = true;
    const message = createLoading(world, making);
    interaction.originalId = message.id;
    return message;
  }
  if (type === 6) return world.messages.get(interaction.originalId ?? '');
  if (type === 7)
    return editMessage(world, 'update', world.messages.get(interaction.originalId ?? ''), data ?? {}, call.uploads);
  if (type === 8) interaction.choices = data?.choices ?? [];
  if (type === 9) {
    const form = data as unknown as Modal;
    checkModal(world, form);
    interaction.modal = form;
  }
  return undefined;
}
