/** Pictures as people hand them over in Slack: files of a message, of a form, of a mention. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { FetchPicture } from '../fetch-picture.ts';
import type { GivenPicture } from '../given-picture.ts';
import type { Client } from './client.ts';

/** What payloads say of a file; more of it is asked for when it is fetched. */
export const SlackFile = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  url_private: z.string().nullish(),
});
export type SlackFile = z.infer<typeof SlackFile>;

export interface FileDeps {
  client: Client;
  /** With our token: for Slack's own hosts alone. */
  fetchFile: FetchPicture;
}

/** Those that say they are pictures; whether they are is found out later. */
export function picturesAmong(files: unknown): SlackFile[] {
  const parsed = z.array(SlackFile).safeParse(files ?? []);
  return (parsed.data ?? []).filter(
    ({ mimetype, name }) => mimetype?.startsWith('image/') || /\.(png|jpe?g|webp|gif|avif|heic)$/i.test(name ?? ''),
  );
}

/** Fetched when everything else is in order. A file of another workspace, or of a form, may come without its address. */
export const given = ({ client, fetchFile }: FileDeps, { id, url_private }: SlackFile): GivenPicture => ({
  async fetch() {
    const url = url_private ?? (await client.again('files.info', { file: id })).file?.url_private;
    if (typeof url !== 'string')
      throw new AppError('invalid_request', 'That file is no longer in Slack. Send it again.');
    return fetchFile(url).catch((caught: unknown) => {
      throw isSignInPage(caught) ? new AppError('invalid_request', SIGN_IN_PAGE, { cause: caught }) : caught;
    });
  },
});

/** Without the right permission Slack answers 200 and a page to sign in, or sends us there. */
const isSignInPage = (caught: unknown) =>
  caught instanceof AppError && (caught.detail.reason === 'page' || caught.detail.reason === 'redirect');

const SIGN_IN_PAGE =
  'Slack sent its sign-in page instead of the file: this app may not read it. Invite me to the channel the file is in (`/invite @Atelier`); if that does not help, an admin has to give the app the files:read permission and reinstall it.';
