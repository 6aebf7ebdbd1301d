/** One exchange of the chat: what was asked on the right, the answer below it. */
import type { Message, WireImage, WireReply } from '../wire.ts';
import { createAnswer, isOver } from './answer.ts';
import { h } from './dom.ts';
import { noticeBox } from './notice.ts';
import type { View } from './pictures.ts';

export interface Exchange {
  element: HTMLElement;
  at: string;
  reply: WireReply;
  /** Goes forward only: a late word of progress does not undo a finished answer. */
  update(reply: WireReply, force?: boolean): void;
  /** Shows a private word under this answer, instead of the one before. */
  note(reply: WireReply, refusal: boolean): void;
  reveal(): void;
}

export function createExchange(
  { id, at, asked, reply }: Message,
  deps: { press: (code: string, exchange: Exchange) => Promise<void>; view: View },
): Exchange {
  const press = (code: string) => deps.press(code, exchange);
  const answer = createAnswer({ press, view: deps.view });
  const notes = h('div', { class: 'notes' });
  const element = h(
    'li',
    { class: 'exchange', 'data-id': id },
    h(
      'div',
      { class: 'asked' },
      h('p', {}, h('b', {}, asked.by), ...(asked.text ? [' ', asked.text] : [])),
      ...(asked.pictures ? [h('div', { class: 'given' }, ...asked.pictures.map(given))] : []),
      h('time', { datetime: at, title: new Date(at).toLocaleString() }, clock(at)),
    ),
    answer.element,
    notes,
  );
  const exchange: Exchange = {
    element,
    at,
    reply,
    update: (next, force = false) => {
      if (!force && rank(next) < rank(exchange.reply)) return;
      if (isOver(next) !== isOver(exchange.reply)) notes.replaceChildren();
      exchange.reply = next;
      answer.update(next);
    },
    note: (said, refusal) => {
      const dismiss = () => {
        notes.replaceChildren();
        answer.element.focus({ preventScroll: true });
      };
      notes.replaceChildren(noticeBox(said, { refusal, dismiss, view: deps.view, press }));
      notes.scrollIntoView({ block: 'nearest' });
    },
    reveal: () => {
      element.scrollIntoView({ block: 'center' });
      answer.element.focus({ preventScroll: true });
    },
  };
  answer.update(reply);
  return exchange;
}

const given = ({ src, altText }: WireImage) => h('img', { src, alt: altText, width: 64, height: 64 });
const rank = ({ state }: WireReply): number => ({ waiting: 0, working: 1 })[state as string] ?? 2;
const clock = (at: string): string => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
