/** A strict local Slack: one workspace, both transports. A test that leaves a violation behind has failed. */
import type { Deliver, EnvelopeKind, Retry } from './delivery.ts';
import { type Forgery, httpDelivery, post } from './http.ts';
import { actor } from './people.ts';
import { startSocket } from './socket.ts';
import { startWebApi } from './web-api.ts';
import { createWorkspace } from './workspace.ts';

export type Mode = 'socket' | 'http';
export type Slack = Awaited<ReturnType<typeof startSlackStandIn>>;

export async function startSlackStandIn(mode: Mode, options: { fileDelayMs?: number } = {}) {
  const workspace = createWorkspace(options);
  const socket = startSocket(workspace);
  const api = await startWebApi(workspace, (origin) => socket.ticket(origin));
  socket.attach(api.server);
  let way = mode;
  let appUrl = '';
  const deliver: Deliver = (kind, payload, retry) =>
    (way === 'socket' ? socket.deliver : httpDelivery(workspace, () => appUrl))(kind, payload, retry);
  const general = workspace.addChannel('general', 'public', [workspace.botUser]);

  return {
    workspace,
    socket,
    api,
    apiUrl: `${api.origin}/api/`,
    general,
    /** HTTP mode: where the app listens. */
    setAppPort(port: number) {
      appUrl = `http://127.0.0.1:${port}/slack/events`;
    },
    /** From now on things are handed over this way. */
    setMode(mode: Mode) {
      way = mode;
    },
    deliver,
    forge: (kind: EnvelopeKind, payload: Record<string, unknown>, forgery: Forgery, retry?: Retry) =>
      post(workspace, appUrl, kind, payload, { forgery, retry }),
    /** Someone who is in #general. */
    join(name: string, { admin = false } = {}) {
      const person = workspace.addPerson(name, admin);
      general.members.add(person.id);
      return actor({ workspace, deliver, origin: api.origin }, person);
    },
    async close() {
      socket.close();
      await api.close();
    },
  };
}
