/** What the page asks of its server. A failure comes back as a notice, like every other answer. */
import type { About, Answer, Attached, Hints, Message, Uploaded, WireReply } from '../wire.ts';

export interface Said {
  /** Taken: false for refusals and when nobody answered. */
  ok: boolean;
  /** The server spoke: what was asked has happened or was refused. */
  answered: boolean;
  answer: Answer;
}

export interface Page {
  /** Oldest first. */
  messages: Message[];
  earlier: boolean;
}

export const api = {
  command: (text: string, pictures: readonly Attached[], eventId: string) =>
    post('api/command', { text, pictures, eventId }),
  upload,
  press: (code: string) => post('api/press', { code, eventId: uuid() }),
  messages: (before?: string) => get<Page>(`api/messages${before ? `?before=${before}` : ''}`),
  options: () => get<Hints>('api/options'),
  status: () => get<About | null>('api/status'),
};

/** Random, version 4. `crypto.randomUUID` is missing on plain HTTP away from localhost. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

async function post(path: string, body: unknown): Promise<Said> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, answered: true, answer: (await response.json()) as Answer };
  } catch {
    return { ok: false, answered: false, answer: { notice: unreachable } };
  }
}

async function upload(file: Blob): Promise<Uploaded> {
  try {
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await fetch('api/upload', { method: 'POST', headers, body: file });
    return (await response.json()) as Uploaded;
  } catch {
    return {
      notice: { ...unreachable, headline: 'The studio does not answer. Attach the picture again in a moment.' },
    };
  }
}

async function get<Type>(path: string): Promise<Type> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as Type;
}

const unreachable: WireReply = {
  state: 'notice',
  headline: 'The studio does not answer. What you typed is kept: send it again in a moment.',
  lines: [],
  images: [],
  buttons: [],
  menus: [],
  private: true,
};
