/** The chat page: puts its parts together. */
import type { Answer, Attached, Events, WireReply } from '../wire.ts';
import { createAnnouncer } from './announcer.ts';
import { api, uuid } from './api.ts';
import { createAttachments } from './attachments.ts';
import { createComposer } from './composer.ts';
import { connect } from './connection.ts';
import { byId } from './dom.ts';
import type { Exchange } from './exchange.ts';
import { createFeed } from './feed.ts';
import { createStatus } from './status.ts';
import { createStylizeForm } from './stylize-form.ts';
import { createViewer } from './viewer.ts';
import { createWelcome } from './welcome.ts';

const announce = createAnnouncer();
const status = createStatus();
const earlier = byId<HTMLButtonElement>('earlier');
let loaded = false;

const view = createViewer({
  stylize: ({ src, of = '', altText }) => form.open({ url: src, name: altText, of }),
});
const feed = createFeed({
  press,
  view,
  said: announce,
  changed: () => {
    welcome.show(loaded && feed.isEmpty());
    const { length } = document.querySelectorAll('.answer[aria-busy=true]');
    document.title = length > 0 ? `(${length}) Atelier` : 'Atelier';
  },
});
const attachments = createAttachments({
  upload: api.upload,
  refused: (notice) => {
    feed.notice(notice, true);
    feed.toEnd();
  },
  changed: () => composer.attachedChanged(),
  form: () => {
    const [first, ...styles] = attachments.all();
    if (first) form.open(first, { styles, typed: composer.text() });
  },
});
const form = createStylizeForm({
  upload: api.upload,
  send: async (text, pictures) => {
    const { ok, notice } = await send(text, pictures);
    if (!ok) return notice;
    if (pictures.some(({ as }) => as === 'picture')) {
      attachments.clear();
      composer.clear();
    }
    return undefined;
  },
});
const composer = createComposer({ submit, attached: attachments.count });
const welcome = createWelcome(composer.send);

/** A text that was sent without an answer keeps its event id: it may have arrived, and must not do anything twice. */
let unanswered: { said: string; eventId: string } | undefined;

async function submit(text: string): Promise<boolean> {
  const attached = attachments.count();
  const pictures = await attachments.pictures();
  if (pictures.length < attached) return false; // what was refused says so itself
  const { ok, notice } = await send(text, pictures);
  if (ok) attachments.clear();
  else if (notice) {
    feed.notice(notice, true);
    feed.toEnd();
  }
  return ok;
}

/** Shows what was taken; what was refused is for whoever sent it to show. */
async function send(text: string, pictures: readonly Attached[]): Promise<{ ok: boolean; notice?: WireReply }> {
  const said = JSON.stringify([text, pictures]);
  const event = unanswered?.said === said ? unanswered : { said, eventId: uuid() };
  unanswered = event;
  const { ok, answered, answer } = await api.command(text, pictures, event.eventId);
  if (answered) unanswered = undefined;
  if (!ok && 'notice' in answer) return { ok, notice: answer.notice };
  take(answer, { refusal: !ok });
  if (!isAgain(answer)) feed.toEnd();
  return { ok };
}

async function press(code: string, exchange?: Exchange): Promise<void> {
  const { ok, answer } = await api.press(code);
  const cancelled = ok && code.includes(':cancel:'); // its answer changes by itself
  if (!cancelled) take(answer, { refusal: !ok, ...(exchange && { exchange }) });
  if ('message' in answer && !isAgain(answer)) feed.toEnd();
  if ('removed' in answer) composer.focus();
}

function take(answer: Answer, { refusal, exchange }: { refusal: boolean; exchange?: Exchange }): void {
  if ('duplicate' in answer) void refresh();
  else if ('message' in answer) {
    feed.put(answer.message, { kept: true });
    announce(answer.message.reply);
    if (isAgain(answer)) feed.reveal(answer.message.id);
  } else if (answer.removed) {
    feed.remove(answer.removed);
    feed.notice(answer.notice, refusal);
  } else if (exchange) exchange.note(answer.notice, refusal);
  else feed.notice(answer.notice, refusal);
}

const isAgain = (answer: Answer): boolean => 'message' in answer && answer.again === true;

/** Events that arrive while the messages are fetched are newer than those: they wait. */
let waiting: (() => void)[] | undefined;
let again = false;
const inOrder =
  <Name extends keyof Events>(act: (data: Events[Name]) => void) =>
  (data: Events[Name]) =>
    waiting ? void waiting.push(() => act(data)) : act(data);

async function refresh(): Promise<void> {
  again = waiting !== undefined;
  if (waiting) return;
  waiting = [];
  try {
    const page = await api.messages();
    loaded = true;
    feed.sync(page.messages);
    if (!earlier.dataset.all) earlier.hidden = !page.earlier;
  } catch {
    setTimeout(() => void refresh(), 2000);
  }
  const missed = waiting;
  waiting = undefined;
  for (const act of missed) act();
  if (again) void refresh();
}

earlier.addEventListener('click', async () => {
  const page = await api.messages(feed.oldest());
  for (const message of page.messages) feed.put(message);
  earlier.hidden = !page.earlier;
  earlier.dataset.all = 'true';
});

connect(
  {
    message: inOrder<'message'>((message) => feed.put(message)),
    reply: inOrder<'reply'>(({ id, reply }) => {
      if (!feed.update(id, reply)) void refresh();
    }),
    removed: inOrder<'removed'>(({ id }) => feed.remove(id)),
    changed: () => void refresh(),
  },
  { opened: () => void refresh(), state: status.connection },
);
api.options().then(
  (hints) => {
    composer.hint(hints);
    form.hint(hints);
  },
  () => undefined,
);
api.status().then(
  (facts) => {
    if (!facts) return;
    status.about(facts);
    welcome.about(facts);
  },
  () => undefined,
);
if (matchMedia('(hover: hover)').matches) composer.focus(); // a phone would raise its keyboard
