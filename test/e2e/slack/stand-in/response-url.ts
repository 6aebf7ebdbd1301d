/** response_url: five uses within thirty minutes, for the person who acted. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { judge } from './rules.ts';
import type { Workspace } from './workspace.ts';

const USES = 5;
const LIFETIME_MS = 30 * 60_000;

const Body = z.strictObject({
  text: z.string().optional(),
  blocks: z.array(z.any()).optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/** The path of a fresh response_url. */
export function makeHook(workspace: Workspace, person: string, channel: string, messageTs?: string): string {
  const path = `/hooks/${workspace.teamId}/${Date.now()}/${randomBytes(12).toString('hex')}`;
  workspace.hooks.set(path, { issued: Date.now(), left: USES, person, channel, ...(messageTs && { messageTs }) });
  return path;
}

export function answerHook(
  workspace: Workspace,
  path: string,
  contentType: string | undefined,
  text: string,
): { status: number; text: string } {
  const hook = workspace.hooks.get(path);
  if (!hook) return fail(workspace, 404, 'no such response_url');
  if (Date.now() - hook.issued > LIFETIME_MS) return fail(workspace, 404, 'expired_url');
  if (hook.left === 0) return fail(workspace, 404, 'used_url: more than five uses');
  if (!contentType?.startsWith('application/json')) return fail(workspace, 400, `content-type ${contentType}`);
  const parsed = Body.safeParse(JSON.parse(text));
  if (!parsed.success) return fail(workspace, 400, `invalid_payload ${z.prettifyError(parsed.error)}`);
  hook.left -= 1;
  const { text: said = '', blocks, response_type, replace_original, delete_original } = parsed.data;
  const original = hook.messageTs && workspace.find(hook.channel, hook.messageTs);
  if (delete_original) {
    if (original) original.deleted = true;
    return { status: 200, text: 'ok' };
  }
  const problem = judge(workspace, 'response_url', { text: said, blocks });
  if (problem) return { status: 400, text: problem.error };
  const look = { text: said, blocks: blocks ?? [] };
  if (replace_original && original) workspace.revise(original, look);
  else
    workspace.show({
      ...look,
      channel: hook.channel,
      user: workspace.botUser,
      ...(response_type !== 'in_channel' && { onlyFor: hook.person }),
    });
  return { status: 200, text: 'ok' };
}

function fail(workspace: Workspace, status: number, text: string) {
  workspace.violate(`response_url: ${text}`);
  return { status, text };
}
