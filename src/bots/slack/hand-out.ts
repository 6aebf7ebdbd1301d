/** More pictures than a message holds: shown as one sheet, handed out as an archive in the thread. */
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply, ReplyImage } from '../../core/reply.ts';
import { archive } from '../archive.ts';
import { sheet } from '../sheet.ts';
import { slackWord } from './failure.ts';
import { SHEET } from './render.ts';
import { share, type UploadDeps } from './upload.ts';
import { veil } from './veil.ts';

/** Slack takes a gigabyte; a person's patience and our memory less. */
const ROOM = { file: 100 * 2 ** 20, total: 200 * 2 ** 20, files: 4 };

interface Where {
  channel: string;
  threadTs?: string | undefined;
}

/** The sheet, as the reply's only picture, and how to read it. */
export async function onOneSheet(
  { read }: UploadDeps,
  reply: Reply,
): Promise<{ reply: Reply; read: UploadDeps['read'] }> {
  const { images } = reply;
  const readOne =
    ({ key, hidden }: ReplyImage) =>
    async () =>
      hidden ? veil(await read(key)) : read(key);
  const { bytes, width, height } = await sheet(images.map(readOne));
  const [first] = images;
  const one: ReplyImage = {
    ...{ key: SHEET, mime: 'image/png', bytes: bytes.length, width, height },
    name: first!.name.replace(/\.\w+$/, '-sheet.png'),
    altText: `${images.length} pictures on one sheet. ${first!.altText}, and others like it`,
    title: `${images.length} pictures`,
  };
  const veiled = images.filter(({ hidden }) => hidden).length;
  const lines = [...reply.lines, ...(veiled > 0 ? [blurred(veiled)] : [])];
  return { reply: { ...reply, lines, images: [one] }, read: async () => bytes };
}

/** Slack's ids of the archives, and what the person should know. What moderation hides stays out of them. */
export async function handOut(
  { client, log, read }: UploadDeps & { log: Logger },
  { images, archive: packed, generationId }: Reply,
  where: Where,
  repeated: boolean,
): Promise<{ ids: string[]; line?: string }> {
  if (!packed) return { ids: [] };
  const entries = images.flatMap(
    (
      { key, name, bytes, hidden },
      i, // numbered as on the sheet
    ) => (hidden ? [] : [{ name: `${String(i + 1).padStart(3, '0')}-${name}`, bytes, read: () => read(key) }]),
  );
  const line = inThread(entries.length, images.length);
  const before = repeated ? await handedOut(client, where, packed.name).catch(() => []) : [];
  if (before.length > 0) return { ids: before, line };
  try {
    const { files, note } = await archive(packed.name, entries, ROOM);
    const ids = await share({ client }, files, where);
    return { ids, line: [line, note].filter(Boolean).join(' ') };
  } catch (caught) {
    // The pictures are made and shown: an archive that Slack refuses must not take them away.
    if (!(caught instanceof AppError) || caught.code !== 'platform_refused') throw caught;
    log.info({ generationId, reason: slackWord(caught) }, 'archive not handed out');
    return { ids: [], line: without(caught, images.length) };
  }
}

const inThread = (packed: number, all: number) =>
  `${packed === all ? 'All' : `${packed} of the`} ${all} pictures are in the archive in the thread.`;

const blurred = (count: number) =>
  `${count} of them ${count === 1 ? 'is' : 'are'} blurred: moderation is not sure that everyone may see ${count === 1 ? 'it' : 'them'}.`;

/** All that there is is the sheet, and why. */
function without(refused: AppError, count: number): string {
  const outside = ['not_in_channel', 'channel_not_found'].includes(slackWord(refused) ?? '');
  const why = outside
    ? 'The archive needs me in this channel: type /invite @Atelier, then ask again with the same seed.'
    : `There is no archive: ${refused.message}`;
  return `All ${count} pictures are on the sheet. ${why}`;
}

/** Archives of that name, and its parts, that an earlier attempt put there. */
async function handedOut(client: UploadDeps['client'], { channel, threadTs }: Where, name: string): Promise<string[]> {
  if (!threadTs) return [];
  const { messages } = await client.again('conversations.replies', { channel, ts: threadTs, limit: 200 });
  const stem = name.replace(/\.zip$/, '');
  return (messages as { files?: { id: string; name?: string }[] }[])
    .flatMap(({ files = [] }) => files)
    .filter((file) => file.name?.startsWith(stem))
    .map(({ id }) => id);
}
