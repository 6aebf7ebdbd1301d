import pino, { type Logger } from 'pino';

export type { Logger };

const SECRET = [
  /\bxox[abeoprs]-[\w-]+/g, // Slack tokens
  /\bxapp-[\w-]+/g,
  /(hooks\.slack\.com\/\w+\/)[\w/]+/g, // Slack response URLs
  /\bhf_\w{16,}/g, // Hugging Face tokens
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, // Discord bot tokens
  /(\/(?:webhooks|interactions)\/\d+\/)[\w.-]{20,}/g, // Discord interaction tokens
  /(postgres(?:ql)?|rediss?):\/\/[^\s@/]+@/g, // credentials in a URL
  /([?&](?:hm|ex|is|ticket)=)[\w-]+/g, // signed CDN and gateway URLs
];

/** Hides whatever looks like a credential, wherever it stands in a line. */
export const redact = (line: string): string =>
  SECRET.reduce(
    (text, pattern) => text.replace(pattern, (_, keep) => `${typeof keep === 'string' ? keep : ''}[hidden]`),
    line,
  );

/** One root logger per process; everyone else is handed a child. Messages are constant strings, facts are fields. */
export const createLogger = (level: string, { pretty = false }: { pretty?: boolean } = {}): Logger => {
  const options = {
    level,
    redact: { paths: ['*.token', '*.responseUrl', '*.authorization', 'headers.authorization'], censor: '[hidden]' },
    hooks: { streamWrite: redact },
  };
  return pretty
    ? pino({ ...options, transport: { target: 'pino-pretty', options: { colorize: true, ignore: 'pid,hostname' } } })
    : pino(options);
};
