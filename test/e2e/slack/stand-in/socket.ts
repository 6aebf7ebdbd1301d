/** A Socket Mode server: tickets, hello, envelopes to one connection each, acknowledgements, pings, refreshes and drops. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { ACK_MS, type Deliver, type Delivered } from './delivery.ts';
import { makeId, type Workspace } from './workspace.ts';

const PING_MS = 2000;

export interface Socket {
  deliver: Deliver;
  /** The ws:// address for one new connection. */
  ticket(origin: string): string;
  /** Connections that had their hello and are still open. */
  connections(): number;
  /** Hellos so far. */
  greeted(): number;
  /** Slack is about to recycle the connection. */
  refresh(): void;
  /** The line is cut without a word. */
  drop(): void;
  /** The next connections are cut before their hello. */
  failNext(count: number): void;
  close(): void;
}

export function startSocket(workspace: Workspace): Socket & { attach(server: Server): void } {
  const wss = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const live = new Set<WebSocket>();
  let failing = 0;
  let hellos = 0;
  const waiting = new Map<string, (body: unknown) => void>();

  const attach = (server: Server) =>
    server.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://x').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        workspace.violate('a Socket Mode ticket was used twice');
        return void socket.destroy();
      }
      if (failing > 0) {
        failing -= 1;
        return void socket.destroy();
      }
      wss.handleUpgrade(request, socket, head, (ws) => greet(ws));
    });

  function greet(ws: WebSocket): void {
    ws.send(
      JSON.stringify({
        type: 'hello',
        num_connections: live.size + 1,
        debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18060 },
        connection_info: { app_id: workspace.appId },
      }),
    );
    live.add(ws);
    hellos += 1;
    ws.ping('Ping from applink-1');
    const pings = setInterval(() => ws.ping('Ping from applink-1'), PING_MS);
    ws.on('close', () => {
      clearInterval(pings);
      live.delete(ws);
    });
    ws.on('message', (data) => {
      const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: unknown };
      const heard = waiting.get(envelope_id);
      if (!heard) return workspace.violate(`acknowledged ${envelope_id} twice, late or out of nothing`);
      waiting.delete(envelope_id);
      heard(payload);
    });
  }

  const deliver: Deliver = (type, payload, retry) =>
    new Promise<Delivered>((resolve) => {
      const [ws] = live;
      const started = performance.now();
      const took = () => performance.now() - started;
      if (!ws) return resolve({ acked: false, ms: 0 });
      const envelope_id = randomUUID();
      const timer = setTimeout(() => {
        waiting.delete(envelope_id);
        resolve({ acked: false, ms: took() });
      }, ACK_MS);
      waiting.set(envelope_id, (body) => {
        clearTimeout(timer);
        const empty = !body || Object.keys(body).length === 0;
        resolve({ acked: true, ms: took(), ...(!empty && { body }) });
      });
      ws.send(
        JSON.stringify({
          envelope_id,
          type,
          payload,
          accepts_response_payload: type !== 'events_api',
          ...(retry && { retry_attempt: retry.num, retry_reason: retry.reason }),
        }),
      );
    });

  return {
    attach,
    deliver,
    ticket(origin) {
      const ticket = makeId('');
      tickets.add(ticket);
      return `${origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${workspace.appId}`;
    },
    connections: () => live.size,
    greeted: () => hellos,
    refresh() {
      for (const ws of live) {
        ws.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'applink-1' } }));
        live.delete(ws); // from here on nothing more is sent over it
      }
    },
    drop() {
      for (const ws of live) {
        live.delete(ws);
        ws.terminate();
      }
    },
    failNext: (count) => {
      failing = count;
    },
    close() {
      for (const ws of wss.clients) ws.terminate();
      wss.close();
    },
  };
}
