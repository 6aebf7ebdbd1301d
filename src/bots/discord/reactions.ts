/**
 * 🔁 ⬆️ ✉️ ❌ on our own pictures do what they say; 🎨 on anybody's paints them with the channel's brush, where it has one.
 * A reaction has no token and no private answer: new pictures are posted below the one reacted to, words go to the person
 * directly.
 */
import type { GatewayMessageReactionAddDispatchData as GatewayReaction } from 'discord.js';
import { type Action, REACTIONS, type Verb } from '../../core/action.ts';
import type { Address, AddressOf } from '../../core/address.ts';
import { toAppError } from '../../core/errors.ts';
import type { GenerationView } from '../../core/records.ts';
import type { Reply } from '../../core/reply.ts';
import type { Sender } from '../../core/studio.ts';
import type { Deps, Event } from '../ask.ts';
import { refusal } from '../present.ts';
import { press } from '../press.ts';
import { stylize } from '../stylize.ts';
import type { AnswerDeps } from './answer.ts';
import { nonceFor, nonceOf } from './api.ts';
import { attachedTo, fetched, type PictureDeps } from './pictures-given.ts';
import type { ReactionNames } from './reaction-name.ts';
import { render } from './render.ts';
import { shownIn } from './shown.ts';
import { facts, isDiscords, toPlatformError } from './trouble.ts';

export type ReactionDeps = Deps &
  AnswerDeps &
  PictureDeps & { applicationId: string; botId: string; reactions: Pick<ReactionNames, 'nameOf'> };

/** With the name that tells it from every other. */
type Reaction = GatewayReaction & { named: string };

const PALETTE = '🎨';
/** Pictures of one message that are painted. */
const MOST_PAINTED = 4;

export const onReaction =
  (deps: ReactionDeps) =>
  async (given: GatewayReaction): Promise<void> => {
    const { botId, studio, reactions } = deps;
    const reaction = { ...given, named: reactions.nameOf(given) };
    const log = deps.log.child({ message: reaction.message_id });
    if (reaction.user_id === botId || reaction.member?.user?.bot) return;
    try {
      if (reaction.emoji.name === PALETTE) return await paint({ ...deps, log }, reaction);
      const verb = REACTIONS.get(reaction.emoji.name ?? '');
      const ours = (reaction.message_author_id ?? botId) === botId;
      if (!verb || !ours) return;
      const generation = await shownIn(studio, reaction.message_id);
      if (!generation) return;
      for (const action of actionsOf(verb, generation)) await react({ ...deps, log }, reaction, generation, action);
    } catch (caught) {
      const error = isDiscords(caught) ? toPlatformError(caught) : toAppError(caught);
      if (error.code === 'internal') log.error({ err: error }, 'reaction failed');
      else log.info(facts(caught), 'reaction refused');
      await tell(deps, reaction, refusal(error)).catch((caught: unknown) =>
        log.info(facts(caught), 'refusal not shown'),
      );
    }
  };

/** ⬆️ on several pictures enlarges each. */
const actionsOf = (verb: Verb, { id: generationId, images }: GenerationView): Action[] =>
  verb === 'upscale' && images.length > 0
    ? images.map(({ index }) => ({ verb, index, generationId }))
    : [{ verb, index: 0, generationId }];

async function react(
  deps: ReactionDeps,
  reaction: Reaction,
  generation: GenerationView,
  action: Action,
): Promise<void> {
  const part = `${action.verb}:${action.index}`;
  const event = { ...eventOf(deps, reaction, part, generation.sender.name), action };
  const reply = await press(deps, event, below(deps, reaction, event.address));
  if (reply && action.verb === 'details') await tell(deps, reaction, reply);
}

/** 🎨: ours by their record, others by what is attached. */
async function paint(deps: ReactionDeps, reaction: Reaction): Promise<void> {
  const { channel_id: channelId, message_id: messageId } = reaction;
  const brush = await deps.studio.channelBrush({ platform: 'discord', id: channelId });
  if (!brush) return;
  const mayBeOurs = (reaction.message_author_id ?? deps.botId) === deps.botId;
  const ours = mayBeOurs && (await shownIn(deps.studio, messageId));
  if (ours) {
    for (const { index } of ours.images.slice(0, MOST_PAINTED))
      await react(deps, reaction, ours, { verb: 'stylize', index, generationId: ours.id, detail: brush });
    return;
  }
  const attached = await attachedTo(deps, channelId, messageId);
  for (const [i, picture] of attached.slice(0, MOST_PAINTED).entries()) {
    const event = {
      ...eventOf(deps, reaction, `paint:${i}`, 'somebody'),
      options: { picture: fetched(deps, picture), brush },
    };
    await stylize(deps, event, below(deps, reaction, event.address));
  }
}

/** `part`: of all that one reaction leads to. */
const eventOf = (
  { applicationId }: ReactionDeps,
  reaction: Reaction,
  part: string,
  name: string,
): Event & { address: AddressOf<'discord'> } => ({
  eventId: `${reaction.named}:${part}`,
  sender: senderOf(reaction, name),
  address: {
    platform: 'discord',
    applicationId,
    channelId: reaction.channel_id,
    askedAt: new Date().toISOString(),
    userId: reaction.user_id,
    private: false,
  },
});

/** Posts below the message that was reacted to. */
const below =
  (deps: ReactionDeps, { channel_id, message_id: replyTo, named }: Reaction, address: AddressOf<'discord'>) =>
  async (reply: Reply): Promise<Address> => {
    const nonce = reply.generationId ? nonceOf(reply.generationId) : nonceFor(named);
    const { id } = await deps.api.post(channel_id, await render(deps, reply), { nonce, replyTo });
    return { ...address, messageId: id };
  };

/** In a direct channel no name comes along; the only person there is the one who asked. */
const senderOf = ({ user_id, guild_id, member }: Reaction, otherwise: string): Sender => ({
  platform: 'discord',
  accountId: user_id,
  name: member?.user?.global_name ?? member?.user?.username ?? otherwise,
  ...(guild_id && { space: { id: guild_id } }),
  ...(member?.roles && { roles: member.roles }),
});

async function tell(deps: ReactionDeps, { user_id, named }: Reaction, reply: Reply): Promise<void> {
  const channelId = await deps.api.openDirect(user_id);
  await deps.api.post(channelId, await render(deps, reply), { nonce: nonceFor(`${named}:told`) });
}
