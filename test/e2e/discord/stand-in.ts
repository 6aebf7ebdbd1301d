/** A strict Discord on loopback: gateway, REST, people and trouble. A test fails on any violation it recorded. */
import { createFaults, type Faults } from './faults.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { createPeople, type Someone, waitFor } from './people.ts';
import { createRest } from './rest.ts';
import { ACK_LIMIT_MS, createWorld, type Message, type World } from './world.ts';

export interface StandIn {
  /** For DISCORD_API_URL. */
  url: string;
  token: string;
  world: World;
  faults: Faults;
  gateway: Gateway;
  person(username: string, options?: { closed?: boolean; manager?: boolean; patron?: boolean }): Someone;
  /** Every message that is not deleted, as `viewer` (or anybody in the channel) sees them. */
  visible(viewer?: Someone): Message[];
  /** Waits for anything. */
  until<T>(probe: () => T | undefined | false, what: string, withinMs?: number): Promise<T>;
  /** Rules broken so far, unanswered people among them. Tests expect []. */
  violations(): string[];
  close(): Promise<void>;
}

/** Shaped like a real one: discord.js strips a leading "Bot ". */
export const TOKEN = 'MTU3MzYzMjI1NDYzMzA1MDExMw.GfAkE0.stand-in-stand-in-stand-in-stand-in-01';

export async function startStandIn({ heartbeatMs }: { heartbeatMs?: number } = {}): Promise<StandIn> {
  const world = createWorld({ token: TOKEN });
  const faults = createFaults();
  const server = createRest(world, faults);
  const gateway = createGateway(world, server, heartbeatMs ? { heartbeatMs } : {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const base = `http://127.0.0.1:${port}`;
  return {
    url: `${base}/api`,
    token: TOKEN,
    world,
    faults,
    gateway,
    person: createPeople(world, gateway, () => base),
    visible: (viewer) =>
      [...world.messages.values()].filter(
        ({ deleted, ephemeralFor }) => !deleted && (!ephemeralFor || ephemeralFor === viewer?.user.id),
      ),
    until: (probe, what, withinMs) => waitFor(world, probe, what, withinMs),
    violations: () => [
      ...world.violations,
      ...[...world.interactions.values()]
        .filter(({ callback, at }) => !callback && world.clock.now() - at > ACK_LIMIT_MS)
        .map(({ id, user }) => `${user.username} saw “The application did not respond” (${id})`),
    ],
    close: async () => {
      gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
