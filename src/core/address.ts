/** Where an answer goes. Plain JSON, so that any process may send it, after a restart too. */
import { z } from 'zod';

const Discord = z.strictObject({
  platform: z.literal('discord'),
  applicationId: z.string(),
  channelId: z.string(),
  /** Known once the deferred answer exists. */
  messageId: z.string().optional(),
  /** Good for 15 minutes from `askedAt`; the only way to edit a private message. */
  interactionToken: z.string().optional(),
  askedAt: z.iso.datetime(),
  /** Who asked: a private answer goes to them directly once the interaction token has expired. */
  userId: z.string().optional(),
  private: z.boolean(),
  /** Bytes one upload may have here (the interaction's attachment_size_limit). */
  uploadLimit: z.number().int().optional(),
});

const Slack = z.strictObject({
  platform: z.literal('slack'),
  teamId: z.string(),
  channel: z.string(),
  userId: z.string(),
  /** The placeholder message, once posted. */
  ts: z.string().optional(),
  threadTs: z.string().optional(),
  responseUrl: z.string().optional(),
  private: z.boolean(),
});

const Web = z.strictObject({ platform: z.literal('web'), session: z.string() });

export const Address = z.discriminatedUnion('platform', [Discord, Slack, Web]);
export type Address = z.infer<typeof Address>;
export type Platform = Address['platform'];
export type AddressOf<P extends Platform> = Extract<Address, { platform: P }>;
