import { describe, expect, it } from 'vitest';
import { comesFromUs, hostIsOurs } from '../../../../src/bots/web/guard.ts';

describe('bound to loopback', () => {
  it.each(['localhost', 'localhost:9000', '127.0.0.1:8080', '127.8.0.1', '[::1]:8080', 'atelier.localhost:8080'])(
    'answers to %s',
    (host) => {
      for (const boundTo of ['127.0.0.1', 'localhost', '::1']) expect(hostIsOurs(boundTo, host)).toBe(true);
    },
  );
  it.each([
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:8080',
    '192.168.1.5',
    ':::',
  ])('does not answer to %s: a name somebody else made point here', (host) =>
    expect(hostIsOurs('127.0.0.1', host)).toBe(false),
  );
});

it('bound elsewhere, answers to whatever name the operator gave it, but not to none', () => {
  expect(hostIsOurs('0.0.0.0', 'studio.example:8080')).toBe(true);
  expect(hostIsOurs('0.0.0.0', undefined)).toBe(false);
});

describe('where a request comes from', () => {
  const host = '127.0.0.1:8080';
  it.each([
    ['the page itself', { site: 'same-origin', host }, true],
    ['the address bar', { site: 'none', host }, true],
    [
      'the page behind a proxy with its own name',
      { site: 'same-origin', origin: 'https://studio.example', host },
      true,
    ],
    ['a program that is no browser', { host }, true],
    ['a browser on plain HTTP', { origin: 'http://127.0.0.1:8080', host }, true],
    ['another site', { site: 'cross-site', origin: 'https://evil.example', host }, false],
    ['another port of this machine', { site: 'same-site', origin: 'http://127.0.0.1:9000', host }, false],
    ['another site on plain HTTP', { origin: 'http://evil.example', host }, false],
    ['a sandboxed frame', { origin: 'null', host }, false],
  ])('%s', (_who, headers, ours) => expect(comesFromUs(headers)).toBe(ours));
});
