/** Environment in, typed and frozen configuration out. docs/configuration.md is generated from this schema. */
import { z } from 'zod';
import { AppError } from './errors.ts';

/** `discord:role` → weight, and the id of a guild or workspace → weight. */
export interface FairWeights {
  roles: Readonly<Record<string, number>>;
  spaces: Readonly<Record<string, number>>;
}

const WEIGHT = /^(discord|space):([\w-]+)=(\d+(?:\.\d+)?)$/;
const WITHOUT_ROLES = /^(slack|web):/;

const fairWeights = z.string().transform((text, context): FairWeights => {
  const [roles, spaces]: Record<string, number>[] = [{}, {}];
  for (const [i, entry] of text.split(',').entries()) {
    const [, of = '', id = '', weight = ''] = WEIGHT.exec(entry.trim()) ?? [];
    const value = Number(weight);
    if (WITHOUT_ROLES.test(entry.trim()))
      context.addIssue({
        code: 'custom',
        message: `entry ${i + 1} must begin with discord: or space:. Only Discord has roles; a Slack workspace is weighted as a whole, such as space:T0123ABCD=2`,
      });
    else if (!of || value < 0.01 || value > 100)
      context.addIssue({
        code: 'custom',
        message: `entry ${i + 1} must be discord:ROLE_ID=weight or space:ID=weight, the weight 0.01 to 100, such as discord:123456=3`,
      });
    else if (of === 'space') spaces![id] = value;
    else roles![`${of}:${id}`] = value;
  }
  return { roles: roles!, spaces: spaces! };
});

const DEVICE = String.raw`(cpu|webgpu|coreml|dml|(cuda|tensorrt)(:\d+)?)`;
const DEVICES = new RegExp(`^${DEVICE}(,${DEVICE})*$`);

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Names, and origins that are told apart from them by their scheme; without encryption only on this machine. */
const attachmentHosts = z.string().transform((text, context): readonly string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .map((entry, i) => {
      if (HOST.test(entry)) return entry.toLowerCase();
      const url = URL.canParse(entry) ? new URL(entry) : undefined;
      if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return url.origin;
      context.addIssue({
        code: 'custom',
        message: `entry ${i + 1} must be a host name such as files.slack.com, or an https:// origin`,
      });
      return entry;
    }),
);

const earlierKeys = z.string().transform((text, context): readonly string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry, i) => {
      if (entry && !/^[0-9a-f]{64}$/i.test(entry))
        context.addIssue({ code: 'custom', message: `entry ${i + 1} must be 64 hexadecimal digits` });
      return entry;
    }),
);

const port = z.coerce.number().int().min(0).max(65535);

export const Env = z
  .object({
    DATA_DIR: z.string().default('./data').describe('Folder for the embedded database, pictures and keys.'),
    MODELS_DIR: z.string().default('./models').describe('Folder with one sub-folder per model.'),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
      .optional()
      .describe('Postgres to use. Without it an embedded server runs under DATA_DIR.'),
    REDIS_URL: z
      .url({ protocol: /^rediss?$/, error: 'must be a redis:// URL' })
      .optional()
      .describe('Redis for the queue. Without it the queue lives in Postgres.'),
    ENGINE_DEVICES: z
      .string()
      .regex(DEVICES, 'must be a list such as cpu or cpu,cuda:0')
      .default('cpu')
      .describe(
        'Devices, one engine process each, separated by commas: cpu, cuda:0, tensorrt:0, webgpu, coreml, dml. One that does not work here is replaced by the cpu.',
      ),
    ENGINE_JOBS: z.coerce
      .number()
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('Jobs that one engine process has under way side by side, sharing the calls of its models.'),
    ENGINE_MEMORY_GB: z.coerce
      .number()
      .min(0.25)
      .optional()
      .describe(
        'Memory for the models of each engine process and what they need to run; on a GPU, what that has. Default: three quarters of what the machine or container has, divided by the devices.',
      ),
    ENGINE_THREADS: z.coerce
      .number()
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('CPU threads per engine. Default: the cores of the machine, at most 8.'),
    ENGINE_HANG_SECONDS: z.coerce
      .number()
      .min(1)
      .default(120)
      .describe('An engine silent for this long within a step is killed and its job tried again.'),
    HF_ENDPOINT: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .default('https://huggingface.co')
      .describe('Hub that `atelier models pull` fetches from: Hugging Face, or a mirror.'),
    HF_TOKEN: z
      .string()
      .startsWith('hf_', 'must start with hf_')
      .optional()
      .describe('Access token of the hub, for models that ask for one.'),
    DEFAULT_MODEL: z.string().default('sticker-diffusion').describe('Text-to-image model when nobody names one.'),
    JOBS_PER_PERSON: z.coerce
      .number()
      .int()
      .min(1)
      .default(8)
      .describe('Waiting and running jobs one person may have.'),
    FAIR_WEIGHTS: fairWeights
      .optional()
      .describe(
        'Shares in the queue and of the engine other than 1, separated by commas: discord:ROLE_ID=3 for people with a role (the highest counts; Discord alone has roles), space:ID=2 for everybody in a guild or Slack workspace; both multiply.',
      ),
    WEB_HOST: z
      .string()
      .default('127.0.0.1')
      .describe(
        'Address the chat page, health and metrics listen on. The page has no login: keep it on loopback or behind one.',
      ),
    WEB_PORT: port
      .default(8080)
      .describe('Port of the chat page; 0 takes any free one. When the default is taken the next free one is used.'),
    DISCORD_TOKEN: z
      .string()
      .min(20, 'does not look like a bot token')
      .optional()
      .describe('Bot token; turns Discord on.'),
    DISCORD_GUILD_ID: z
      .string()
      .regex(/^\d{5,25}$/, 'must be a guild id')
      .optional()
      .describe('Register commands in this guild only (seen at once; for development).'),
    DISCORD_API_URL: z.url().default('https://discord.com/api').describe('Discord API to talk to.'),
    SLACK_BOT_TOKEN: z
      .string()
      .startsWith('xoxb-', 'must start with xoxb-')
      .optional()
      .describe('Bot token; turns Slack on, together with one of the next two.'),
    SLACK_APP_TOKEN: z
      .string()
      .startsWith('xapp-', 'must start with xapp-')
      .optional()
      .describe('App-level token: Socket Mode, nothing public needed.'),
    SLACK_SIGNING_SECRET: z.string().min(8).optional().describe('Signing secret: HTTP mode, on SLACK_HTTP_PORT.'),
    SLACK_HTTP_PORT: port.default(3000).describe('Port for Slack in HTTP mode.'),
    SLACK_API_URL: z.url().default('https://slack.com/api/').describe('Slack Web API to talk to.'),
    ATTACHMENT_HOSTS: attachmentHosts
      .prefault('cdn.discordapp.com,media.discordapp.net,files.slack.com')
      .describe(
        'Hosts uploaded pictures may be fetched from, separated by commas: names (by https, at public addresses), or whole origins such as https://files.internal:8443.',
      ),
    UPLOAD_MAX_MB: z.coerce
      .number()
      .min(1)
      .max(100)
      .default(25)
      .describe(
        'Size of a file that somebody hands in, in MiB, at most 100. Larger ones are refused while they arrive.',
      ),
    UPLOAD_MAX_MEGAPIXELS: z.coerce
      .number()
      .min(1)
      .max(200)
      .default(50)
      .describe('Millions of pixels that it may have, told from its header; telephones take 48.'),
    UPLOAD_MAX_FRAMES: z.coerce
      .number()
      .int()
      .min(2)
      .max(500)
      .default(120)
      .describe('Frames that a moving picture may have. Of more than 60 every second or third is kept.'),
    UPLOAD_MAX_MOVING_MEGAPIXELS: z.coerce
      .number()
      .min(1)
      .max(256)
      .default(67)
      .describe(
        'Millions of pixels of all its frames together. Decoding takes 4 bytes for each, twice at most at a time.',
      ),
    UPLOAD_SECONDS: z.coerce
      .number()
      .int()
      .min(1)
      .max(120)
      .default(15)
      .describe('Time that a file may take to decode.'),
    UPLOADS_PER_PERSON: z.coerce
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(60)
      .describe(
        'Pictures that one person may hand in without making anything from them; they are deleted after a day.',
      ),
    WATERMARK_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
      .optional()
      .describe(
        'Master key of the watermark, the same on every host. Without it one is made once under DATA_DIR/keys. To change it: put its value into WATERMARK_KEYS_EARLIER and a new one (openssl rand -hex 32) here; of a key in the file: `atelier keys rotate`.',
      ),
    WATERMARK_KEYS_EARLIER: earlierKeys
      .optional()
      .describe(
        'Keys that marked pictures before, separated by commas, so that those are still known as made here; those in the file under DATA_DIR/keys count as well. Each makes it once more as likely that a picture from elsewhere is taken for one of ours: at most 7 in 2³² for every key.',
      ),
    LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('How much to log.'),
    LOG_FORMAT: z
      .enum(['json', 'pretty'])
      .optional()
      .describe('json or pretty. Default: pretty on a terminal, json elsewhere.'),
  })
  .superRefine((env, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (env.SLACK_BOT_TOKEN && !env.SLACK_APP_TOKEN && !env.SLACK_SIGNING_SECRET)
      say('SLACK_BOT_TOKEN', 'needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode) beside it');
    if (!env.SLACK_BOT_TOKEN && (env.SLACK_APP_TOKEN || env.SLACK_SIGNING_SECRET))
      say('SLACK_BOT_TOKEN', 'is missing although another Slack variable is set');
  });

export type Config = Readonly<z.infer<typeof Env>>;

/** What zod says of a number, in the words of whoever set it. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'too_small' && issue.origin === 'string') return `must have ${issue.minimum} characters or more`;
  if (issue.code === 'too_small') return `must be ${issue.minimum} or more`;
  if (issue.code === 'too_big') return `must be ${issue.maximum} or less`;
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'must be a whole number';
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'must be a number';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.code === 'invalid_format' && issue.format === 'url' ? 'must be a URL' : undefined;
}

/** All problems at once, no values printed; an empty string counts as absent. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = Env.safeParse(set, { error: inWords });
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new AppError(
    'bad_config',
    `The environment has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.join('\n')}\nSee docs/configuration.md.`,
  );
}
