/** More pictures than a message holds: shown as one sheet, handed out as an archive in the thread. */
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Reply, ReplyImage } from '../../core/reply.ts';
import { archive } from '../archive.ts';
import { sheet } from '../sheet.ts';
import { slackWord } from './failure.ts';
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
    ...{ key: 'sheet', mime: 'image/png', bytes: bytes.length, width, height },
    name: first!.name.replace(/\.\w+$/, '-sheet.png'),
    altText: `${images.length} pictures on one sheet. ${first!.altText}, and others like it`,
    title: `${images.length} pictures`,
  };
  return { reply: { ...reply, images: [one] }, read: async () => bytes };
}

/** Slack's ids of the archives, and what the person should know. What moderation hides stays out of them. */
export async function handOut(
  { client, log, read }: UploadDeps & { log: Logger },
  { images, archive: packed, generationId }: Reply,
  where: Where,
  repeated: boolean,
): Promise<{ ids: string[]; line?: string }> {
  if (!packed) return { ids: [] };
  const before = repeated ? await handedOut(client, where, packed.name).catch(() => []) : [];
  if (before.length > 0) return { ids: before, line: inThread(images.length) };
  const pictures = images
    .filter(({ hidden }) => !hidden)
    .map(({ key, name, bytes }, i) => ({
      ...{ name: `${String(i + 1).padStart(3, '0')}-${name}`, bytes },
      read: () => read(key),
    }));
  try {
    const { files, note } = await archive(packed.name, pictures, ROOM);
    const ids = await share({ client }, files, where);
    return { ids, line: [inThread(pictures.length), note].filter(Boolean).join(' ') };
  } catch (caught) {
    // The pictures are made and shown: an archive that Slack refuses must not take them away.
    if (!(caught instanceof AppError) || caught.code !== 'platform_refused') throw caught;
    log.info({ generationId, reason: slackWord(caught) }, 'archive not handed out');
    return {
      ids: [],
      line: 'The archive needs me in this channel: type /invite @Atelier, then ask again with the same seed.',
    };
  }
}

const inThread = (count: number) => `All ${count} pictures are in the archive in the thread.`;

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
