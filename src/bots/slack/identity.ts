/** Who we are in the workspace, asked once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Client } from './client.ts';
import { slackWord } from './failure.ts';

export interface Identity {
  botId: string;
  botUserId: string;
  teamId: string;
}

const TOKEN_ERRORS = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
]);
const PAUSE_MS = 5000;

export const isTokenError = (caught: unknown): boolean => {
  const data = (caught as { data?: { error?: string } } | undefined)?.data;
  return TOKEN_ERRORS.has(slackWord(caught) ?? data?.error ?? '');
};

/** Throws bad_config when the token is wrong. Goes on asking while Slack does not answer. */
export async function identify(
  { client, log }: { client: Client; log: Logger },
  signal: AbortSignal,
): Promise<Identity> {
  for (;;)
    try {
      const { bot_id, user_id, team_id } = await client.again('auth.test');
      return { botId: bot_id, botUserId: user_id, teamId: team_id };
    } catch (cause) {
      if (isTokenError(cause)) throw wrongToken('SLACK_BOT_TOKEN', cause);
      signal.throwIfAborted(); // told to stop, we are not answered either
      log.warn({ err: cause }, 'slack does not say who we are');
      await sleep(PAUSE_MS, undefined, { signal });
    }
}

export const wrongToken = (variable: string, cause: unknown): AppError =>
  new AppError(
    'bad_config',
    `Slack refused ${variable} (${slackWord(cause) ?? (cause as { data?: { error?: string } }).data?.error}). Copy it again from api.slack.com/apps, or unset the Slack variables to run without Slack.`,
    { cause },
  );
