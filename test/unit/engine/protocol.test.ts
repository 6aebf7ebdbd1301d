import { expect, it } from 'vitest';
import { AppError, toAppError } from '../../../src/core/errors.ts';
import { serveParent } from '../../../src/engine/host.ts';
import { FromChild, packError, ToChild, unpackError } from '../../../src/engine/protocol.ts';

it('errors arrive with their code, message and facts', () => {
  const sent = new AppError('model_corrupt', 'The file x is damaged.', { detail: { file: 'x' } });
  expect(unpackError(packError(sent))).toMatchObject({ code: sent.code, message: sent.message, detail: { file: 'x' } });
});

it('our own bugs arrive with the stack of where they happened', () => {
  const { detail } = unpackError(packError(toAppError(new TypeError('oops'))));
  expect(detail.engineStack).toContain('protocol.test');
});

it.each([
  [{ type: 'generate', id: 1, recipe: { v: 2 } }],
  [{ type: 'classify', id: 1, picture: { width: 1, height: 1, data: 'AAA' } }],
  [{ type: 'start' }],
  [{ type: 'explode' }],
])('a child refuses %j', (message) => {
  expect(ToChild.safeParse(message).success).toBe(false);
});

it('a parent refuses what is not pixels', () => {
  expect(FromChild.safeParse({ type: 'progress', id: 1, step: 1, total: 2, preview: { width: 1 } }).success).toBe(
    false,
  );
  expect(FromChild.safeParse({ type: 'progress', id: 1, step: 1, total: 2 }).success).toBe(true);
});

it('a message that cannot be read fails its job, not the process', () => {
  const sent: unknown[] = [];
  let tell: (message: unknown) => void = () => {};
  serveParent({
    send: (message) => void sent.push(message),
    onMessage: (listener) => {
      tell = listener;
    },
  });
  tell({ type: 'generate', id: 3, recipe: { v: 2 } });
  expect(sent).toEqual([expect.objectContaining({ type: 'failed', id: 3 })]);
});
