/** The conversation, oldest first, staying at its end while one is there. */
import type { Message, WireReply } from '../wire.ts';
import { byId, h } from './dom.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { noticeBox } from './notice.ts';
import type { View } from './pictures.ts';

const NEAR_PX = 160;

export interface Feed {
  /** `kept`: shown on request, not part of the history. */
  put(message: Message, options?: { kept?: boolean }): void;
  /** False for an exchange that is not here. */
  update(id: string, reply: WireReply): boolean;
  remove(id: string): void;
  /** Makes what is shown from the oldest of these on equal to them. */
  sync(messages: Message[]): void;
  notice(reply: WireReply, refusal: boolean): void;
  /** Of the history, which may be younger than what was shown on request. */
  oldest(): string | undefined;
  /** Goes to it. */
  reveal(id: string): void;
  isEmpty(): boolean;
  toEnd(): void;
}

export function createFeed(deps: {
  press: (code: string, exchange?: Exchange) => Promise<void>;
  view: View;
  said: (reply: WireReply) => void;
  changed: () => void;
}): Feed {
  const list = byId('feed');
  const exchanges = new Map<string, Exchange>();
  const kept = new Set<string>();

  const toEnd = () => window.scrollTo({ top: document.documentElement.scrollHeight });
  /** Changes the page without losing the end of it. */
  const change = (act: () => void) => {
    const { scrollHeight, clientHeight } = document.documentElement;
    const atEnd = scrollHeight - window.scrollY - clientHeight < NEAR_PX;
    act();
    deps.changed();
    if (atEnd && list.childElementCount > 0) toEnd(); // the welcome is read from its beginning
  };
  const place = (exchange: Exchange) => {
    const later = [...list.children].find((child) => (child.querySelector('time')?.dateTime ?? '') > exchange.at);
    list.insertBefore(exchange.element, later ?? null);
  };
  const renew = (exchange: Exchange, reply: WireReply, force: boolean) => {
    const before = exchange.reply;
    exchange.update(reply, force);
    if (exchange.reply.headline !== before.headline || exchange.reply.state !== before.state) deps.said(exchange.reply);
  };
  const put = (message: Message, force: boolean) => {
    const known = exchanges.get(message.id);
    if (known) return renew(known, message.reply, force);
    const exchange = createExchange(message, deps);
    exchanges.set(message.id, exchange);
    place(exchange);
  };
  const remove = (id: string) => {
    exchanges.get(id)?.element.remove();
    exchanges.delete(id);
    kept.delete(id);
  };

  return {
    put: (message, options) => {
      if (!options?.kept) kept.delete(message.id);
      else if (!exchanges.has(message.id)) kept.add(message.id);
      change(() => put(message, false));
    },
    update: (id, reply) => {
      const exchange = exchanges.get(id);
      if (exchange) change(() => renew(exchange, reply, false));
      return exchange !== undefined;
    },
    remove: (id) => change(() => remove(id)),
    sync: (messages) =>
      change(() => {
        const from = messages[0]?.at ?? '';
        const there = new Set(messages.map(({ id }) => id));
        for (const [id, { at }] of exchanges) if (at >= from && !there.has(id) && !kept.has(id)) remove(id);
        for (const message of messages) {
          kept.delete(message.id);
          put(message, true);
        }
      }),
    notice: (reply, refusal) =>
      change(() => {
        const item = h(
          'li',
          {},
          noticeBox(reply, { refusal, dismiss: () => change(() => item.remove()), view: deps.view, press: deps.press }),
        );
        list.append(item);
      }),
    oldest: () =>
      [...list.querySelectorAll<HTMLElement>('.exchange')]
        .map(({ dataset }) => dataset.id ?? '')
        .find((id) => !kept.has(id)),
    reveal: (id) => exchanges.get(id)?.reveal(),
    isEmpty: () => list.childElementCount === 0,
    toEnd,
  };
}
