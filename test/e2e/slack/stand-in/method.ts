/** What one Web API method is: who may call it, with which arguments, and what it does to the workspace. */
import { z } from 'zod';
import type { Workspace } from './workspace.ts';

export interface Method {
  /** Any one of these scopes will do; none for the app-level token's method. */
  scopes: readonly string[];
  args: z.ZodType<Record<string, unknown>>;
  call: (workspace: Workspace, args: never, origin: string) => Answer;
}

export type Answer = { ok: true; [field: string]: unknown } | Refusal;
export interface Refusal {
  ok: false;
  error: string;
  response_metadata?: { messages: string[] };
}

export const refuse = (error: string, messages?: string[]): Refusal => ({
  ok: false,
  error,
  ...(messages?.length && { response_metadata: { messages } }),
});

/** A method whose arguments are typed by their schema. */
export const method = <A extends Record<string, unknown>>(
  scopes: readonly string[],
  args: z.ZodType<A>,
  call: (workspace: Workspace, args: A, origin: string) => Answer,
): Method => ({ scopes, args, call: call as Method['call'] });

/** Structures travel as JSON text inside a form. */
export const json = <T>(schema: z.ZodType<T>) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      context.issues.push({ code: 'custom', message: 'is not JSON', input: value });
      return value;
    }
  }, schema);

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
