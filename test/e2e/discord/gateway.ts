/** The gateway: HELLO, IDENTIFY, READY, RESUME, heartbeats, close codes, and the ways it goes wrong. */
import type { Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { guildJson, userJson } from './json.ts';
import type { World } from './world.ts';

interface Session {
  id: string;
  intents: number;
  seq: number;
  /** Everything sent, for a replay. */
  sent: { s: number; t: string; d: unknown }[];
  socket?: WebSocket | undefined;
}

const PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15);
export const INTENT = { guilds: 1 << 0, guildReactions: 1 << 10, directReactions: 1 << 13 } as const;

export interface Gateway {
  /** To every session whose intents ask for it (0 = always). A session without a socket gets it on RESUME. */
  dispatch(t: string, d: unknown, intent?: number): void;
  /** Cuts the connections; `forMs`: nobody gets in again for so long. */
  drop(forMs?: number): void;
  /** Op 7: please reconnect. */
  askToReconnect(): void;
  /** Op 9: the session is over. */
  invalidate(resumable: boolean): void;
  /** Stops answering heartbeats. */
  playDead(): void;
  close(): void;
  readonly connected: number;
  readonly counts: { identifies: number; resumes: number };
}

export function createGateway(world: World, server: Server, { heartbeatMs = 41_250 } = {}): Gateway {
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Map<string, Session>();
  const counts = { identifies: 0, resumes: 0 };
  let shutUntil = 0;
  let dead = false;

  server.on('upgrade', (request, socket, head) => {
    if (Date.now() < shutUntil || !request.url?.startsWith('/gateway')) return socket.destroy();
    const { searchParams } = new URL(request.url, 'http://x');
    if (searchParams.get('v') !== '10' || searchParams.get('encoding') !== 'json')
      world.violate(`gateway opened with ${searchParams}`);
    sockets.handleUpgrade(request, socket, head, welcome);
  });

  const push = (session: Session, t: string, d: unknown) => {
    const event = { s: ++session.seq, t, d };
    session.sent.push(event);
    session.socket?.send(JSON.stringify({ op: 0, ...event }));
  };

  function welcome(socket: WebSocket): void {
    let session: Session | undefined;
    let sends: number[] = [];
    const send = (op: number, d: unknown) => socket.send(JSON.stringify({ op, d, s: null, t: null }));
    send(10, { heartbeat_interval: heartbeatMs });
    socket.on('close', (code) => {
      if (session?.socket === socket) session.socket = undefined;
      if (session && (code === 1000 || code === 1001)) sessions.delete(session.id);
    });
    socket.on('message', (data: RawData) => {
      const text = data.toString();
      sends = [...sends.filter((at) => at > Date.now() - 60_000), Date.now()];
      if (sends.length > 120) return fatal(socket, 4008, 'rate limited');
      if (text.length > 4096) return fatal(socket, 4002, 'payload too large');
      const { op, d } = JSON.parse(text);
      if (op === 1) return dead ? undefined : send(11, null);
      if (op === 2) {
        if (session) return fatal(socket, 4005, 'already authenticated');
        session = identify(socket, d);
      } else if (op === 6) session = resume(socket, d, send);
      else if (!session) fatal(socket, 4003, 'not authenticated');
    });
  }

  function fatal(socket: WebSocket, code: number, why: string): void {
    if (code !== 4004 && code !== 4014) world.violate(`gateway: ${why}`);
    socket.close(code, why);
  }

  function identify(
    socket: WebSocket,
    d: {
      token: string;
      intents: number;
      properties?: { os?: string; browser?: string; device?: string };
      shard?: number[];
    },
  ): Session | undefined {
    counts.identifies++;
    if (d.token !== world.token) {
      fatal(socket, 4004, 'Authentication failed.');
      return undefined;
    }
    if (typeof d.intents !== 'number' || !d.properties?.os || !d.properties.browser || !d.properties.device)
      fatal(socket, 4002, 'IDENTIFY without intents or properties');
    if (d.intents & PRIVILEGED) {
      fatal(socket, 4014, 'Disallowed intent(s).');
      return undefined;
    }
    const session: Session = { id: world.snowflake(), intents: d.intents, seq: 0, sent: [], socket };
    sessions.set(session.id, session);
    const { port } = server.address() as { port: number };
    push(session, 'READY', {
      v: 10,
      user: userJson(world.bot),
      guilds: [{ id: world.guildId, unavailable: true }],
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: `ws://127.0.0.1:${port}/gateway`,
      application: { id: world.applicationId, flags: 0 },
      shard: d.shard ?? [0, 1],
      private_channels: [],
      relationships: [],
      presences: [],
      guild_join_requests: [],
      geo_ordered_rtc_regions: [],
      _trace: [],
    });
    push(session, 'GUILD_CREATE', { ...guildJson(world), joined_at: '2024-01-01T00:00:00.000000+00:00' });
    return session;
  }

  function resume(
    socket: WebSocket,
    d: { token: string; session_id: string; seq: number },
    send: (op: number, d: unknown) => void,
  ): Session | undefined {
    const session = sessions.get(d.session_id);
    if (d.token !== world.token) {
      fatal(socket, 4004, 'Authentication failed.');
      return undefined;
    }
    if (!session) {
      send(9, false);
      return undefined;
    }
    if (d.seq > session.seq) {
      socket.close(4007, 'Invalid seq');
      return undefined;
    }
    counts.resumes++;
    session.socket = socket;
    for (const event of session.sent.filter(({ s }) => s > d.seq)) socket.send(JSON.stringify({ op: 0, ...event }));
    push(session, 'RESUMED', { _trace: [] });
    return session;
  }

  const live = () => [...sessions.values()].filter(({ socket }) => socket?.readyState === 1);
  return {
    counts,
    get connected() {
      return live().length;
    },
    dispatch: (t, d, intent = 0) => {
      for (const session of sessions.values()) if ((session.intents & intent) === intent) push(session, t, d);
    },
    drop: (forMs = 0) => {
      shutUntil = Date.now() + forMs;
      for (const { socket } of live()) socket?.terminate();
    },
    askToReconnect: () => {
      for (const { socket } of live()) socket?.send(JSON.stringify({ op: 7, d: null, s: null, t: null }));
    },
    invalidate: (resumable) => {
      for (const session of live()) {
        if (!resumable) sessions.delete(session.id);
        session.socket?.send(JSON.stringify({ op: 9, d: resumable, s: null, t: null }));
      }
    },
    playDead: () => {
      dead = true;
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
