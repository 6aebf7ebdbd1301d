/** Small work beside the jobs: any number at once, done between their steps. */
import type { AppError } from '../core/errors.ts';
import { type FromChild, type ToChild, unpackError } from './protocol.ts';

export interface Small {
  id: number;
  message: ToChild;
  resolve: (message: FromChild) => void;
  reject: (error: AppError) => void;
}

interface Deps {
  up: () => Promise<void>;
  send: (message: ToChild) => void;
}

export function createAside({ up, send }: Deps) {
  const asked = new Map<number, Small>();
  return {
    async ask(small: Small): Promise<void> {
      asked.set(small.id, small);
      try {
        await up();
        if (asked.has(small.id)) send(small.message);
      } catch (error) {
        asked.delete(small.id);
        small.reject(error as AppError);
      }
    },
    /** Whether the message was for one of these. */
    hear(message: Extract<FromChild, { id?: number | undefined }>): boolean {
      const small = asked.get(message.id ?? Number.NaN);
      if (!small) return false;
      if (message.type === 'beat') return true; // it waits for its turn
      asked.delete(small.id);
      if (message.type === 'failed') small.reject(unpackError(message.error));
      else small.resolve(message);
      return true;
    },
    dismiss(errorOf: (id: number) => AppError): void {
      const dismissed = [...asked.values()];
      asked.clear();
      for (const { id, reject } of dismissed) reject(errorOf(id));
    },
  };
}
