/** Discord's half of /imagine. Its own checks are repeated: a client may send anything. */
import type { ChatInputCommandInteraction } from 'discord.js';
import { type Deps, imagine } from '../imagine.ts';
import type { Answer } from './answer.ts';
import { addressOf, senderOf } from './person.ts';

export const onImagine = (deps: Deps, interaction: ChatInputCommandInteraction, answer: Answer): Promise<void> =>
  imagine(
    deps,
    {
      eventId: interaction.id,
      sender: senderOf(interaction),
      address: addressOf(interaction),
      options: Object.fromEntries(interaction.options.data.map(({ name, value }) => [name, value])),
    },
    answer.acknowledge,
  );
