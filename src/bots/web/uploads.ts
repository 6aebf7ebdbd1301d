/** Pictures handed in on the page, by their bytes alone. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../core/errors.ts';
import type { Studio } from '../../core/studio.ts';
import type { Visitor } from './session.ts';

/** `maxBytes`: what the studio itself looks at; more is refused while it arrives. */
export const uploadRoutes = (studio: Studio, maxBytes: number) =>
  new Hono<{ Variables: { visitor: Visitor } }>().post(
    '/',
    bodyLimit({
      maxSize: maxBytes,
      onError: () => {
        throw new AppError(
          'invalid_request',
          `That file has more than ${Math.round((maxBytes / 2 ** 20) * 100) / 100} MiB. Send a smaller one.`,
        );
      },
    }),
    async (context: Context<{ Variables: { visitor: Visitor } }>) => {
      const bytes = new Uint8Array(await context.req.arrayBuffer());
      return context.json({ picture: await studio.handIn(context.var.visitor.sender, bytes) });
    },
  );
