import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { listen } from '../../../../src/bots/web/listen.ts';

const servers: Server[] = [];
const aServer = () => {
  const server = createServer();
  servers.push(server);
  return server;
};
const host = '127.0.0.1';
const aTakenPort = async () => {
  const server = aServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

it('gives way when the default port is taken', async () => {
  const taken = await aTakenPort();
  const port = await listen(aServer(), { host, port: taken, portWasChosen: false });
  expect(port).toBeGreaterThan(taken);
  expect(port).toBeLessThanOrEqual(taken + 20);
});

it('does not move away from a port somebody chose', async () => {
  const port = await aTakenPort();
  await expect(listen(aServer(), { host, port, portWasChosen: true })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringMatching(`${port}.*WEB_PORT`),
  });
});

it('takes any port for 0', async () => {
  expect(await listen(aServer(), { host, port: 0, portWasChosen: true })).toBeGreaterThan(0);
});

it('says when the address is not of this machine', async () => {
  await expect(listen(aServer(), { host: '192.0.2.1', port: 0, portWasChosen: true })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('WEB_HOST'),
  });
});
