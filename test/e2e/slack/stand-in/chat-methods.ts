/** chat.* and conversations.*: what can be said where, by whom. */
import { z } from 'zod';
import { fileSeen } from './file-methods.ts';
import { type Answer, flag, json, type Method, method, refuse } from './method.ts';
import { judge } from './rules.ts';
import type { Message, Workspace } from './workspace.ts';

const metadata = json(
  z.strictObject({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) }),
);
const look = {
  text: z.string().optional(),
  blocks: json(z.array(z.any())).optional(),
  parse: z.literal('none').optional(),
  link_names: z.literal('false').optional(),
  metadata: metadata.optional(),
};
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': method(
    ['chat:write'],
    z.strictObject({
      ...look,
      channel: z.string(),
      thread_ts: z.string().optional(),
      unfurl_links: flag.optional(),
      unfurl_media: flag.optional(),
    }),
    (workspace, { channel, text, blocks, metadata, thread_ts }, origin) => {
      const closed = whyNot(workspace, channel, { member: false });
      if (closed) return closed;
      const problem = judge(workspace, 'chat.postMessage', { text, blocks });
      if (problem) return refuse(problem.error, problem.messages);
      if (thread_ts && !workspace.find(channel, thread_ts)) return refuse('thread_not_found');
      const message = workspace.show({
        channel,
        user: workspace.botUser,
        text: text ?? '',
        blocks: blocks ?? [],
        ...(metadata && { metadata }),
        ...(thread_ts && { threadTs: thread_ts }),
      });
      return { ok: true, channel, ts: message.ts, message: asSeen(workspace, message, origin) };
    },
  ),
  'chat.update': method(
    ['chat:write'],
    z.strictObject({ ...look, channel: z.string(), ts: z.string() }),
    (workspace, { channel, ts, text, blocks }, origin) => {
      const message = workspace.find(channel, ts);
      if (!workspace.channels.has(channel)) return refuse('channel_not_found');
      if (!message || message.onlyFor) return refuse('message_not_found');
      if (message.user !== workspace.botUser) return refuse('cant_update_message');
      const problem = judge(workspace, 'chat.update', { text, blocks });
      if (problem) return refuse(problem.error, problem.messages);
      workspace.revise(message, { text: text ?? message.text, blocks: blocks ?? message.blocks });
      return { ok: true, channel, ts, text, message: asSeen(workspace, message, origin) };
    },
  ),
  'chat.delete': method(
    ['chat:write'],
    z.strictObject({ channel: z.string(), ts: z.string() }),
    (workspace, { channel, ts }) => {
      const message = workspace.find(channel, ts);
      if (!message || message.onlyFor) return refuse('message_not_found');
      if (message.user !== workspace.botUser) return refuse('cant_delete_message');
      message.deleted = true;
      return { ok: true, channel, ts };
    },
  ),
  'chat.postEphemeral': method(
    ['chat:write'],
    z.strictObject({ ...look, channel: z.string(), user: z.string(), thread_ts: z.string().optional() }),
    (workspace, { channel, user, text, blocks }) => {
      const closed = whyNot(workspace, channel, { member: true });
      if (closed) return closed;
      if (!workspace.channels.get(channel)?.members.has(user)) return refuse('user_not_in_channel');
      const problem = judge(workspace, 'chat.postEphemeral', { text, blocks });
      if (problem) return refuse(problem.error, problem.messages);
      const { ts } = workspace.show({
        channel,
        user: workspace.botUser,
        text: text ?? '',
        blocks: blocks ?? [],
        onlyFor: user,
      });
      return { ok: true, message_ts: ts };
    },
  ),
  'conversations.open': method(['im:write'], z.strictObject({ users: z.string() }), (workspace, { users }) =>
    workspace.people.has(users) ? { ok: true, channel: { id: workspace.dmWith(users).id } } : refuse('user_not_found'),
  ),
  'conversations.history': method(
    HISTORY,
    z.strictObject({
      channel: z.string(),
      latest: z.string().optional(),
      oldest: z.string().optional(),
      inclusive: flag.optional(),
      limit: z.coerce.number().int().min(1).max(999).optional(),
      include_all_metadata: flag.optional(),
    }),
    (workspace, args, origin) => history(workspace, origin, args, ({ threadTs }) => threadTs === undefined),
  ),
  'conversations.replies': method(
    HISTORY,
    z.strictObject({
      channel: z.string(),
      ts: z.string(),
      latest: z.string().optional(),
      oldest: z.string().optional(),
      inclusive: flag.optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
      include_all_metadata: flag.optional(),
    }),
    (workspace, args, origin) => {
      const root = workspace.find(args.channel, args.ts);
      if (!root) return refuse('thread_not_found');
      const thread = root.threadTs ?? root.ts;
      return history(workspace, origin, args, ({ ts, threadTs }) => ts === thread || threadTs === thread);
    },
  ),
  'users.info': method(['users:read'], z.strictObject({ user: z.string() }), (workspace, { user }) => {
    const person = workspace.people.get(user);
    if (!person) return refuse('user_not_found');
    const { name, admin = false } = person;
    const profile = { display_name: name, real_name: name };
    const rights = { is_admin: admin, is_owner: false, is_primary_owner: false };
    return { ok: true, user: { id: user, name, real_name: name, is_bot: false, ...rights, profile } };
  }),
  'conversations.info': method(
    ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    z.strictObject({ channel: z.string() }),
    (workspace, { channel: id }) => {
      const channel = workspace.channels.get(id);
      if (!channel || (channel.kind !== 'public' && !channel.members.has(workspace.botUser)))
        return refuse('channel_not_found');
      return { ok: true, channel: { id, name: channel.name, creator: channel.creator ?? workspace.botUser } };
    },
  ),
};

function whyNot({ channels, botUser, scopes }: Workspace, id: string, { member }: { member: boolean }) {
  const channel = channels.get(id);
  if (!channel) return refuse('channel_not_found');
  if (channel.archived) return refuse('is_archived');
  if (channel.members.has(botUser)) return undefined;
  if (channel.kind !== 'public') return refuse('channel_not_found');
  return member || !scopes.has('chat:write.public') ? refuse('not_in_channel') : undefined;
}

function history(
  workspace: Workspace,
  origin: string,
  {
    channel,
    latest = '9',
    oldest = '0',
    inclusive = false,
    limit = 100,
    include_all_metadata = false,
  }: {
    channel: string;
    latest?: string | undefined;
    oldest?: string | undefined;
    inclusive?: boolean | undefined;
    limit?: number | undefined;
    include_all_metadata?: boolean | undefined;
  },
  among: (message: Message) => boolean,
): Answer {
  const closed = whyNot(workspace, channel, { member: true });
  if (closed) return closed;
  const within = (ts: string) => (inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest);
  const found = workspace.visible(channel).filter((message) => among(message) && within(message.ts));
  return {
    ok: true,
    has_more: found.length > limit,
    messages: found
      .reverse()
      .slice(0, limit)
      .map((message) => ({
        ...asSeen(workspace, message, origin),
        ...(include_all_metadata && { metadata: message.metadata }),
      })),
  };
}

/** A message in the shape payloads carry it. */
export const asSeen = (workspace: Workspace, { ts, user, text, blocks, threadTs, files }: Message, origin: string) => ({
  type: 'message',
  ts,
  user,
  text,
  blocks,
  team: workspace.teamId,
  ...(user === workspace.botUser && { bot_id: workspace.botId }),
  ...(threadTs && { thread_ts: threadTs }),
  ...(files && { files: files.map((id) => fileSeen(workspace.files.get(id)!, origin)) }),
});
