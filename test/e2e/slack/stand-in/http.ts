/** HTTP mode: Slack posts signed requests to the app and reads the answer as the acknowledgement. */
import { createHmac } from 'node:crypto';
import { ACK_MS, type Deliver, type Delivered, type EnvelopeKind, type Retry } from './delivery.ts';
import type { Workspace } from './workspace.ts';

export interface Forgery {
  secret?: string;
  /** Seconds the timestamp lies in the past (or, negative, in the future). */
  age?: number;
  /** Applied to the body after it was signed. */
  alter?: (body: string) => string;
  /** Leave the signature away. */
  unsigned?: boolean;
}

/** Posts as Slack would, or as someone who would like to be Slack. */
export async function post(
  { signingSecret }: Workspace,
  url: string,
  kind: EnvelopeKind,
  payload: Record<string, unknown>,
  { retry, forgery = {} }: { retry?: Retry | undefined; forgery?: Forgery } = {},
): Promise<Delivered> {
  const { secret = signingSecret, age = 0, alter = (body) => body, unsigned } = forgery;
  const body =
    kind === 'events_api'
      ? JSON.stringify(payload)
      : new URLSearchParams(
          kind === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>),
        ).toString();
  const timestamp = String(Math.floor(Date.now() / 1000) - age);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...(!unsigned && { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }),
        ...(retry && { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }),
      },
      body: alter(body),
      signal: AbortSignal.timeout(ACK_MS),
    });
    const text = await response.text();
    const ms = performance.now() - started;
    const { status } = response;
    return { acked: status === 200, ms, status, ...(text && status === 200 && { body: JSON.parse(text) as unknown }) };
  } catch {
    return { acked: false, ms: performance.now() - started };
  }
}

export const httpDelivery =
  (workspace: Workspace, url: () => string): Deliver =>
  (kind, payload, retry) =>
    post(workspace, url(), kind, payload, { retry });
