/** How Slack hands something to the app, in either mode, and what it measures while doing so. */
export type EnvelopeKind = 'slash_commands' | 'interactive' | 'events_api';

export interface Delivered {
  acked: boolean;
  /** From sending to acknowledgement. */
  ms: number;
  /** What the acknowledgement carried, such as errors for a modal. */
  body?: unknown;
  /** HTTP mode only. */
  status?: number;
}

export interface Retry {
  num: number;
  reason: 'http_timeout' | 'http_error';
}

export type Deliver = (kind: EnvelopeKind, payload: Record<string, unknown>, retry?: Retry) => Promise<Delivered>;

/** Slack waits this long for an acknowledgement. */
export const ACK_MS = 3000;
