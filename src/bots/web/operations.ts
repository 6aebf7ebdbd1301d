/** Health, readiness and metrics. */
import { type Context, Hono } from 'hono';

export interface Check {
  ok: boolean;
  parts: Record<string, string>;
}

export interface Operations {
  health(): Promise<Check>;
  ready(): Promise<Check>;
  metrics(): Promise<{ body: string; contentType: string }>;
}

/** 200 when fine, 503 when not, with the state of every part. */
export function operationRoutes({ health, ready, metrics }: Operations): Hono {
  const answer = (check: () => Promise<Check>) => async (context: Context) => {
    const state = await check();
    return context.json(state, state.ok ? 200 : 503, { 'cache-control': 'no-store' });
  };
  return new Hono()
    .get('/healthz', answer(health))
    .get('/readyz', answer(ready))
    .get('/metrics', async (context) => {
      const { body, contentType } = await metrics();
      return context.body(body, 200, { 'content-type': contentType, 'cache-control': 'no-store' });
    });
}
