/** What Slack's refusals and silences mean for us: never, or later. */
import { AppError } from '../../core/errors.ts';

const NOT_THERE =
  'I am not in this channel. Type `/invite @Atelier` there, or use /imagine in a direct message with me.';

/** Slack's error → what the person can do about it. */
const NEVER: Readonly<Record<string, string>> = {
  not_in_channel: NOT_THERE,
  channel_not_found: NOT_THERE,
  is_archived: 'This channel is archived, so nothing can be shown in it.',
  restricted_action: 'This workspace does not let me post here. Its admins can change that.',
  message_not_found: 'The message was deleted in Slack.',
  cant_update_message: 'The message can no longer be edited.',
  file_uploads_disabled:
    'This workspace has switched file uploads off, so I cannot show pictures. Its admins can change that.',
  file_uploads_except_images_disabled: 'This workspace does not take this kind of file.',
  missing_scope:
    'The Slack app lacks a permission. Its admin can update it from docs/slack-manifest.json and reinstall it.',
};

const LATER = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'accesslimited',
  // The operator has to mend these; what is undelivered then waits for it.
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
]);

interface SlackFailure {
  code: string;
  message: string;
  retryAfter?: number;
  data?: { error: string; response_metadata?: { messages?: string[] } };
}

/** Slack's own word for what went wrong, if it said one. */
export const slackWord = (caught: unknown): string | undefined =>
  caught instanceof AppError
    ? (caught.detail.slack as string | undefined)
    : isFailure(caught)
      ? caught.data?.error
      : undefined;

/** Anything the Web API client threw, as an AppError; other things unchanged. */
export function toFailure(caught: unknown): unknown {
  if (!isFailure(caught)) return caught;
  const options = (detail: Record<string, unknown>) => ({ cause: caught, detail });
  if (caught.code === 'slack_webapi_rate_limited_error')
    return new AppError(
      'platform_unavailable',
      'Slack asks us to slow down.',
      options({ slack: 'ratelimited', retryAfterMs: (caught.retryAfter ?? 1) * 1000 }),
    );
  if (caught.code !== 'slack_webapi_platform_error')
    return new AppError('platform_unavailable', 'Slack did not answer.', options({ lost: true }));
  const slack = caught.data?.error ?? 'unknown';
  const messages = caught.data?.response_metadata?.messages ?? [];
  if (LATER.has(slack) || messages.some((message) => message.includes('invalid slack file')))
    return new AppError('platform_unavailable', `Slack said ${slack}.`, options({ slack, messages }));
  return new AppError(
    'platform_refused',
    NEVER[slack] ?? `Slack refused this (${slack}).`,
    options({ slack, messages }),
  );
}

/** True when nobody can tell whether Slack did it. */
export const isLost = (caught: unknown): boolean => caught instanceof AppError && caught.detail.lost === true;

const isFailure = (caught: unknown): caught is SlackFailure =>
  caught instanceof Error &&
  'code' in caught &&
  typeof caught.code === 'string' &&
  caught.code.startsWith('slack_webapi_');
