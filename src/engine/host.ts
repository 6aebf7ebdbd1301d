/** The engine child's loop: reads messages between steps, runs several jobs side by side, and classifies in between. */
import { z } from 'zod';
import { AppError, toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Progress } from '../core/picture.ts';
import { openCatalogue } from './catalogue.ts';
import { openDevice } from './device.ts';
import { createLocalEngine, type Engine } from './engine.ts';
import { type FromChild, packError, ToChild } from './protocol.ts';

/** The parent, as a child process sees it. */
export interface Parent {
  send(message: FromChild): void;
  onMessage(listener: (message: unknown) => void): void;
}

type Message<T extends ToChild['type']> = Extract<ToChild, { type: T }>;

export function serveParent({ send, onMessage }: Parent): void {
  const running = new Map<number, AbortController>();
  let engine: Promise<Engine> | undefined;
  let heartbeatMs = 0;

  const start = async ({ modelsDir, device, threads, memoryBytes, ...rest }: Message<'start'>): Promise<Engine> => {
    heartbeatMs = rest.heartbeatMs;
    const log = forwardLog(send);
    let local: Engine | undefined;
    setInterval(() => {
      send({ type: 'heartbeat', bytes: process.memoryUsage.rss() });
      for (const id of local?.waiting() ?? []) send({ type: 'beat', id }); // waiting for one's turn is not hanging
    }, heartbeatMs);
    const catalogue = await openCatalogue({ MODELS_DIR: modelsDir });
    const opened = await openDevice({ log }, device, threads, memoryBytes);
    opened.turns.listen((ids) => send({ type: 'call', ids: [...ids] }));
    const onModels = (names: string[]) => send({ type: 'models', names });
    local = createLocalEngine({ catalogue, device: opened, log, onModels, checkpointMs: rest.checkpointMs });
    send({ type: 'ready', device: opened.name, fingerprint: local.fingerprint });
    return local;
  };

  const beats = (id: number) => {
    let told = 0;
    return () => {
      const now = performance.now();
      if (now - told < heartbeatMs / 4) return; // a message costs more than a tile's sums
      told = now;
      send({ type: 'beat', id });
    };
  };

  const answer = async (id: number, work: (engine: Engine, signal: AbortSignal) => Promise<FromChild>) => {
    const control = new AbortController();
    running.set(id, control);
    try {
      send(await work(await engine!, control.signal));
    } catch (caught) {
      send({ type: 'failed', id, error: packError(toAppError(caught)) });
    } finally {
      running.delete(id);
    }
  };

  onMessage((raw) => {
    const parsed = ToChild.safeParse(raw);
    if (!parsed.success) {
      // One message of another version ends one job, not the process and everybody's.
      const error = new AppError('internal', `The engine cannot read a message: ${z.prettifyError(parsed.error)}`);
      return send({ type: 'failed', id: Addressed.safeParse(raw).data?.id, error: packError(error) });
    }
    const message = parsed.data;
    switch (message.type) {
      case 'start':
        engine = start(message);
        engine.catch((caught: unknown) => send({ type: 'failed', error: packError(toAppError(caught)) }));
        return;
      case 'generate':
        return void answer(message.id, (engine, signal) => generate(engine, signal, message, send, beats(message.id)));
      case 'classify':
        return void answer(message.id, ({ classify }) => judge(classify, message));
      case 'hint':
        return void answer(message.id, async ({ hint }) => ({
          ...{ type: 'hinted', id: message.id },
          picture: await hint(message.picture, message.hint, message.id),
        }));
      case 'cancel':
        return running.get(message.id)?.abort(new AppError('cancelled', 'Cancelled.'));
    }
  });
}

/** Nobody looks at more pictures in that time, and each costs more than the progress it comes with. */
const PREVIEW_PAUSE_MS = 250;

const Addressed = z.looseObject({ id: z.number() });

async function generate(
  engine: Engine,
  signal: AbortSignal,
  { id, recipe, sources, person, space, weight, light, resume, keeps }: Message<'generate'>,
  send: Parent['send'],
  onBeat: () => void,
): Promise<FromChild> {
  let shown = Number.NEGATIVE_INFINITY;
  const tell = ({ preview, ...progress }: Progress) => {
    const now = performance.now();
    const shows = preview !== undefined && now - shown >= PREVIEW_PAUSE_MS;
    if (shows) shown = now;
    send({ type: 'progress', id, ...progress, ...(shows && { preview }) });
  };
  const result = await engine.generate(recipe, {
    log: forwardLog(send),
    ...{ id, signal, onBeat, person, space, weight, light, resume },
    ...(keeps && { onCheckpoint: (state) => send({ type: 'checkpoint', id, state }) }),
    onProgress: tell,
    load: async (key) => {
      const bytes = sources[key];
      if (bytes) return bytes;
      throw new AppError('internal', 'A recipe with a source picture came without it.');
    },
  });
  return { type: 'done', id, result };
}

async function judge(classify: Engine['classify'], { id, picture }: Message<'classify'>): Promise<FromChild> {
  if (!classify) throw new AppError('model_missing', 'No picture classifier is installed.');
  return { type: 'classified', id, scores: { ...(await classify(picture, id)) } };
}

/** Log lines become messages: the parent's logger knows where they go. */
function forwardLog(send: Parent['send']): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Record<string, unknown>, message: string) =>
    send({ type: 'log', level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger;
}
