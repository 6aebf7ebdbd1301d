import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Courier } from '../../../src/core/courier.ts';
import { AppError } from '../../../src/core/errors.ts';
import { checksOf, connect, type Gateway } from '../../../src/main/gateway.ts';

const said: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(JSON.parse(line).msg) });
const courier = { platform: 'discord' } as Courier<'discord'>;
const aGateway = (): Gateway<'discord'> => ({ courier, ready: () => true, stop: vi.fn(async () => {}) });
const away = () => Promise.reject(new AppError('platform_unavailable', 'Discord cannot be reached.'));

beforeEach(() => {
  said.length = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

it('goes on trying, and is ready when the platform is there', async () => {
  const connected = vi.fn();
  const start = vi.fn(away as () => Promise<Gateway<'discord'>>);
  const connection = await connect({ log }, start, connected);
  const { discord } = checksOf({ discord: connection });
  await expect(discord!()).rejects.toMatchObject({ code: 'platform_unavailable' });
  expect(said).toEqual(['platform cannot be reached; trying again']);
  start.mockImplementation(async () => aGateway());
  await vi.advanceTimersByTimeAsync(5_000);
  expect(connected).toHaveBeenCalledExactlyOnceWith(courier);
  await discord!();
});

it('ends the start when trying again would not help', async () => {
  const refused = () => Promise.reject(new AppError('bad_config', 'Discord refused DISCORD_TOKEN.'));
  await expect(connect({ log }, refused, () => {})).rejects.toMatchObject({ code: 'bad_config' });
});

it.each(['comes up', 'fails'] as const)('is stopped while it tries: nothing is left when that %s', async (how) => {
  const [late, connected] = [aGateway(), vi.fn()];
  const start = vi.fn(away as () => Promise<Gateway<'discord'>>);
  const connection = await connect({ log }, start, connected);
  start.mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return how === 'fails' ? away() : late;
  });
  await vi.advanceTimersByTimeAsync(5_500);
  said.length = 0;
  await connection.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(start).toHaveBeenCalledTimes(2);
  expect(late.stop).toHaveBeenCalledTimes(how === 'fails' ? 0 : 1);
  expect(connected).not.toHaveBeenCalled();
  expect(said).toEqual([]);
});
