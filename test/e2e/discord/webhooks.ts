/** /webhooks/{application}/{interaction token}: edits and follow-ups while the token lives. */
import {
  IncomingWebhookInteractionRequestSchema,
  IncomingWebhookUpdateRequestPartialSchema,
} from 'discord-api-spec/zod';
import { isEphemeral, messageJson } from './json.ts';
import { createMessage, deleteMessage, editMessage } from './messages.ts';
import { expiredToken, unknownMessage, unknownWebhook } from './refused.ts';
import type { Answer, Call } from './rest.ts';
import { checkSchema, type MessageBody } from './rules.ts';
import { FLAG, type Interaction, type Message, TOKEN_LIFE_MS, type World } from './world.ts';

export async function followUp(world: World, call: Call, [application, token]: string[]): Promise<Answer> {
  const interaction = living(world, application, token);
  checkSchema(world, 'follow-up', IncomingWebhookInteractionRequestSchema, call.body);
  const body = call.body as MessageBody;
  if (interaction.loading) {
    const message = original(world, interaction);
    if (Boolean((body.flags ?? 0) & FLAG.ephemeral) !== isEphemeral(message))
      world.violate('the first follow-up edits the deferred message, whose ephemeral state cannot change');
    interaction.loading = false;
    const { flags: _, ...edit } = body;
    return shown(world, call, await editMessage(world, 'follow-up', message, edit, call.uploads));
  }
  interaction.followUps++;
  const ephemeralFor = (body.flags ?? 0) & FLAG.ephemeral ? interaction.user.id : undefined;
  const making = { channelId: interaction.channelId, author: world.bot, ephemeralFor, interactionId: interaction.id };
  return shown(world, call, await createMessage(world, 'follow-up', making, body, call.uploads));
}

export async function getOriginal(world: World, call: Call, [application, token]: string[]): Promise<Answer> {
  return shown(world, call, original(world, living(world, application, token)));
}

export async function editOriginal(world: World, call: Call, [application, token]: string[]): Promise<Answer> {
  const interaction = living(world, application, token);
  checkSchema(world, 'edit @original', IncomingWebhookUpdateRequestPartialSchema, call.body);
  const message = await editMessage(
    world,
    'edit @original',
    original(world, interaction),
    call.body as MessageBody,
    call.uploads,
  );
  interaction.loading = false;
  return shown(world, call, message);
}

export async function deleteOriginal(world: World, _call: Call, [application, token]: string[]): Promise<Answer> {
  const interaction = living(world, application, token);
  deleteMessage(world, original(world, interaction));
  interaction.loading = false; // a follow-up is then a message of its own, private or not
  return { status: 204 };
}

function living(world: World, application: string | undefined, token: string | undefined): Interaction {
  const interaction = world.interactions.get(token ?? '');
  if (!interaction || application !== world.applicationId) throw unknownWebhook();
  if (!interaction.callback) {
    world.violate(`interaction ${interaction.id}: its webhook was used before it was acknowledged`);
    throw unknownWebhook();
  }
  if (world.clock.now() - interaction.at > TOKEN_LIFE_MS) throw expiredToken();
  return interaction;
}

function original(world: World, { originalId }: Interaction): Message {
  const message = world.messages.get(originalId ?? '');
  if (!message || message.deleted) throw unknownMessage();
  return message;
}

const shown = (world: World, call: Call, message: Message): Answer => ({
  status: 200,
  body: messageJson(world, call.base, message),
});
