import { expect, it } from 'vitest';
import { AppError, isRetryable, says, toAppError } from '../../../src/core/errors.ts';
import { redact } from '../../../src/core/log.ts';

it('keeps an AppError, calls an abort cancelled and everything else internal', () => {
  const error = new AppError('too_many', 'Wait.');
  expect(toAppError(error)).toBe(error);
  expect(toAppError(new DOMException('x', 'AbortError')).code).toBe('cancelled');
  expect(toAppError('boom').code).toBe('internal');
});

it('never tells a person the inside of a failure', () => {
  expect(says(new AppError('internal', 'TypeError at /srv/app.js'))).not.toContain('srv');
  expect(says(new AppError('invalid_request', 'The count must be 1 to 4.'))).toBe('The count must be 1 to 4.');
});

it('tries again only what may succeed', () => {
  expect(isRetryable(new AppError('engine_lost', ''))).toBe(true);
  expect(isRetryable(new AppError('prompt_refused', ''))).toBe(false);
});

it('hides tokens wherever they stand in a log line', () => {
  const secrets = [
    'xoxb-1234-abcd',
    'xapp-1-A-2-b',
    `MTE4${'x'.repeat(22)}.GabcdE.${'y'.repeat(30)}`,
    'https://hooks.slack.com/commands/T0001/1234567890/SecretOfTheAnswer',
    'hf_abcdefghijklmnopqrstuvwxyz012345',
    'postgres://bot:hunter2@db/x',
    'https://discord.com/api/v10/webhooks/123456/aW50ZXJhY3Rpb246MTIzNDU2Nzg5/messages/@original',
  ];
  const line = redact(secrets.join(' | '));
  const leaks = ['1234-abcd', 'A-2-b', 'GabcdE', 'SecretOf', 'abcdefghij', 'hunter2', 'aW50ZXJhY3Rpb24'];
  for (const leak of leaks) expect(line).not.toContain(leak);
  expect(line).toContain('/webhooks/123456/');
});
