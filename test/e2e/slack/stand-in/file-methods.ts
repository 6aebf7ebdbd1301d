/** Upload v2, with its trap: a file is not there until some time after it was said to be. */
import { z } from 'zod';
import { json, type Method, method, refuse } from './method.ts';
import { makeId, type StoredFile, type Workspace } from './workspace.ts';

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': method(
    ['files:write'],
    z.strictObject({
      filename: z.string().min(1),
      length: z.coerce.number().int().min(1),
      alt_txt: z.string().optional(),
    }),
    (workspace, { filename, length, alt_txt }, origin) => {
      if (alt_txt && alt_txt.length > 1000) return refuse('alt_txt_too_large');
      const file: StoredFile = {
        id: makeId('F'),
        name: filename,
        length,
        ...(alt_txt && { altTxt: alt_txt }),
        mimetype: '',
        deleted: false,
      };
      workspace.files.set(file.id, file);
      return { ok: true, file_id: file.id, upload_url: `${origin}/upload/v1/${file.id}` };
    },
  ),
  'files.completeUploadExternal': method(
    ['files:write'],
    z.strictObject({
      files: json(z.array(z.strictObject({ id: z.string(), title: z.string().optional() })).min(1)),
      channel_id: z.string().optional(),
      thread_ts: z.string().optional(),
    }),
    (workspace, { files, channel_id, thread_ts }) => {
      if (channel_id && !workspace.channels.get(channel_id)?.members.has(workspace.botUser))
        return refuse('not_in_channel');
      const stored = files.map(({ id }) => workspace.files.get(id));
      if (stored.some((file) => !file?.bytes)) return refuse('file_not_found');
      if (stored.some((file) => file?.readyAt !== undefined)) return refuse('file_update_failed');
      if (!channel_id && stored.some((file) => !file!.mimetype.startsWith('image/')))
        workspace.violate('a file that is no picture was shared nowhere, so nobody can have it');
      if (channel_id && stored.some((file) => file!.altTxt && !file!.mimetype.startsWith('image/')))
        workspace.violate('alt_txt on a file that is no picture: Slack shares it silently with nobody');
      if (thread_ts && !workspace.find(channel_id ?? '', thread_ts)) return refuse('thread_not_found');
      for (const file of stored) file!.readyAt = Date.now() + workspace.fileDelayMs;
      if (channel_id)
        workspace.show({
          ...{ channel: channel_id, user: workspace.botUser, text: '', blocks: [], files: files.map(({ id }) => id) },
          ...(thread_ts && { threadTs: thread_ts }),
        });
      return { ok: true, files: files.map(({ id, title }) => ({ id, title })) };
    },
  ),
  'files.info': method(['files:read'], z.strictObject({ file: z.string() }), (workspace, { file: id }, origin) => {
    const file = workspace.files.get(id);
    if (!file) return refuse('file_not_found');
    if (file.deleted) return refuse('file_deleted');
    return {
      ok: true,
      file: {
        ...fileSeen(file, origin),
        mimetype: workspace.isReady(file) ? file.mimetype : '',
        shares: {},
      },
    };
  }),
  'files.delete': method(['files:write'], z.strictObject({ file: z.string() }), (workspace, { file: id }) => {
    const file = workspace.files.get(id);
    if (!file || file.deleted) return refuse('file_not_found');
    file.deleted = true;
    return { ok: true };
  }),
};

/** A file as payloads carry it. */
export const fileSeen = ({ id, name, mimetype, length }: StoredFile, origin: string) => ({
  id,
  name,
  title: name,
  mimetype,
  filetype: name.split('.').at(-1),
  size: length,
  mode: 'hosted',
  is_external: false,
  url_private: `${origin}/files-pri/T-${id}/${name}`,
});

/** Bytes posted to an upload_url. Answers the HTTP status. */
export function receiveUpload(workspace: Workspace, id: string, bytes: Buffer): number {
  const file = workspace.files.get(id);
  if (!file || file.readyAt !== undefined) return 404;
  if (bytes.length !== file.length) {
    workspace.violate(`upload of ${file.name}: ${bytes.length} bytes, announced ${file.length}`);
    return 400;
  }
  file.bytes = bytes;
  const head = bytes.subarray(0, 4).toString('latin1');
  file.mimetype = MAGIC.find(([magic]) => head.startsWith(magic))?.[1] ?? '';
  if (!file.mimetype) workspace.violate(`upload of ${file.name}: nothing that Slack shows or anybody can open`);
  if (!file.name.endsWith(file.mimetype.split('/')[1]!.replace('jpeg', 'jpg')))
    workspace.violate(`upload of ${file.name}, which is ${file.mimetype}`);
  return 200;
}

const MAGIC: readonly (readonly [string, string])[] = [
  ['\x89PNG', 'image/png'],
  ['\xff\xd8', 'image/jpeg'],
  ['GIF8', 'image/gif'],
  ['PK\x03\x04', 'application/zip'],
];
