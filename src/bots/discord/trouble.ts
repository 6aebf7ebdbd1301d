/** What a failed request to Discord means: gone, not that way, later, or never. */
import { DiscordAPIError, HTTPError } from 'discord.js';
import { AppError, toAppError } from '../../core/errors.ts';

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export const CODE = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  tooLarge: 40005,
  alreadyAcknowledged: 40060,
  missingAccess: 50001,
  missingPermissions: 50013,
  invalidToken: 50027,
} as const;

export const codeOf = (caught: unknown): number | undefined =>
  caught instanceof DiscordAPIError && typeof caught.code === 'number' ? caught.code : undefined;

/** The way is closed, another may be open: the message is gone, the token dead, the channel shut. */
export const isDeadEnd = (caught: unknown): boolean => DEAD_ENDS.has(codeOf(caught) ?? 0);

const DEAD_ENDS: ReadonlySet<number> = new Set([
  CODE.unknownChannel,
  CODE.unknownMessage,
  CODE.unknownWebhook,
  CODE.unknownInteraction,
  CODE.missingAccess,
  CODE.missingPermissions,
  CODE.invalidToken,
]);

/** No answer came, so nobody knows whether it happened. discord.js repeats time-outs itself, 5xx without a pause, lost sockets never. */
export const isLost = (caught: unknown): boolean =>
  caught instanceof HTTPError
    ? caught.status >= 500
    : caught instanceof Error &&
      !(caught instanceof AppError) &&
      !(caught instanceof DiscordAPIError) &&
      hasLostCode(caught);

const LOST =
  /^(UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|CLOSED)|E(CONNRESET|CONNREFUSED|PIPE|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH))$/;

const hasLostCode = (error: Error): boolean =>
  LOST.test(String((error as NodeJS.ErrnoException).code)) ||
  (error.cause instanceof Error && hasLostCode(error.cause));

/** Discord's fault or refusal, not a bug of ours. */
export const isDiscords = (caught: unknown): boolean =>
  caught instanceof DiscordAPIError || isLost(caught) || (caught instanceof Error && caught.name === 'AbortError');

/** For a log line: never the request's body, which holds what people typed. */
export const facts = (caught: unknown): Record<string, unknown> => {
  const { name, message, code } = caught instanceof Error ? (caught as NodeJS.ErrnoException) : toAppError(caught);
  return { error: name, code, reason: message, ...(caught instanceof DiscordAPIError && { status: caught.status }) };
};

/** For whoever delivers: try again later, or never. */
export function toPlatformError(caught: unknown): AppError {
  if (caught instanceof DiscordAPIError && caught.status < 500 && caught.status !== 429 && caught.status !== 401)
    return new AppError('platform_refused', `Discord refused the message: ${caught.message} (${caught.code}).`, {
      cause: caught,
      detail: { status: caught.status, code: caught.code },
    });
  if (!isDiscords(caught)) return toAppError(caught);
  return new AppError('platform_unavailable', 'Discord did not answer.', { cause: caught });
}
