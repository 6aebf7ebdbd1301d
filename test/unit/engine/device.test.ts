/** Devices are tried, and what does not work here is told in one line. */
import { expect, it } from 'vitest';
import type { Logger } from '../../../src/core/log.ts';
import { openDevice } from '../../../src/engine/device.ts';

const aLog = () => {
  const lines: { device?: string; reason?: string; message: string }[] = [];
  const warn = (fields: object, message: string) => lines.push({ ...fields, message });
  return { lines, log: { warn } as unknown as Logger };
};

it('the cpu needs no trying', async () => {
  const { lines, log } = aLog();
  expect(await openDevice({ log }, 'cpu', 3)).toMatchObject({ name: 'cpu', threads: 3, providers: ['cpu'] });
  expect(lines).toEqual([]);
});

it.each(['tensorrt:0', 'coreml', 'dml', 'abacus'])('%s works, or the cpu does and one line says why', async (name) => {
  const { lines, log } = aLog();
  const device = await openDevice({ log }, name, 2);
  if (device.name === name) return expect(lines).toEqual([]);
  expect(device).toMatchObject({ name: 'cpu', providers: ['cpu'] });
  expect(lines).toMatchObject([{ device: name, message: 'device does not work here, using the cpu' }]);
  expect(lines[0]!.reason).not.toContain('\n');
});
