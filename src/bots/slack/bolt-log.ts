/** Bolt's chatter in our log: constant messages, its words as a field. */
import { type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { Logger } from '../../core/log.ts';

export function boltLogger(log: Logger): BoltLogger {
  const words = (parts: unknown[]) => ({
    words: parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' '),
  });
  return {
    debug: () => undefined, // its debug lines hold whole payloads
    info: (...parts) => log.debug(words(parts), 'bolt says'),
    warn: (...parts) => log.warn(words(parts), 'bolt warns'),
    error: (...parts) => log.warn(words(parts), 'bolt failed'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
