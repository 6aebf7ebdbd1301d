/** The Web API in two tempers: `again` for calls that may be repeated, `once` for those that would show something twice. */
import { type Logger as BoltLogger, webApi } from '@slack/bolt';
import { toFailure } from './failure.ts';

type Arguments = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: Slack's answers; each caller names the fields it reads
type Call = (method: string, args?: Arguments) => Promise<any>;

export interface Client {
  again: Call;
  once: Call;
}

/** Longer than any call should take, shorter than a person's patience. */
const TIMEOUT_MS = 15_000;

/** Both throw AppErrors. A rate limit is thrown too (detail.retryAfterMs): waiting is the caller's decision. */
export function createClient({ token, apiUrl, logger }: { token: string; apiUrl: string; logger: BoltLogger }): Client {
  const make = (retries: number): Call => {
    const client = new webApi.WebClient(token, {
      slackApiUrl: apiUrl,
      logger,
      timeout: TIMEOUT_MS,
      rejectRateLimitedCalls: true,
      retryConfig: { retries, minTimeout: 300, factor: 3 },
    });
    return (method, args = {}) =>
      client.apiCall(method, args).catch((caught: unknown) => {
        throw toFailure(caught);
      });
  };
  return { again: make(2), once: make(0) };
}
