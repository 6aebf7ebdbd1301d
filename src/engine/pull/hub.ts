/** A Hugging Face hub, or a mirror of one: what a repository holds, and its files from any byte on. */
import { downloadFile, HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { AppError } from '../../core/errors.ts';

export interface Repository {
  name: string;
  /** The commit that everything is read from. */
  commit: string;
  licence: string;
  licenceUrl: string;
  files: readonly RemoteFile[];
}

export interface RemoteFile {
  path: string;
  bytes: number;
  /** What it must hash to: sha256 for large files, git's own blob hash for small ones. */
  hash: { kind: 'sha256' | 'git'; value: string };
}

export interface Hub {
  find(name: string, revision: string): Promise<Repository>;
  /** The file's bytes from `start` on. Ends or throws early when the connection does. */
  read(repository: Repository, file: RemoteFile, start: number): AsyncIterable<Uint8Array>;
}

interface Deps {
  endpoint: string;
  token?: string | undefined;
  /** A silent connection is given up after this long. */
  silenceMs?: number;
}

const SILENCE_MS = 60_000;

export function createHub({ endpoint, token, silenceMs = SILENCE_MS }: Deps): Hub {
  const hubUrl = endpoint.replace(/\/+$/, '');
  const access = { hubUrl, ...(token && { accessToken: token }) };

  return {
    async find(name, revision) {
      try {
        const info = await modelInfo({ ...access, name, revision, additionalFields: ['sha', 'cardData'] });
        const files: RemoteFile[] = [];
        for await (const entry of listFiles({ ...access, repo: name, revision: info.sha, recursive: true })) {
          if (entry.type !== 'file') continue;
          const hash = entry.lfs
            ? { kind: 'sha256' as const, value: entry.lfs.oid }
            : { kind: 'git' as const, value: entry.oid ?? '' };
          files.push({ path: entry.path, bytes: entry.lfs?.size ?? entry.size, hash });
        }
        const { licence, link } = licenceOf(info.cardData);
        return { name, commit: info.sha, licence, licenceUrl: link ?? `${hubUrl}/${name}`, files };
      } catch (error) {
        const reason = explained(error, name, { hubUrl, revision, hasToken: Boolean(token) });
        if (reason instanceof AppError) throw reason;
        const message = `${hubUrl} cannot be asked about ${name} now (${said(reason)}). Check the network and HF_ENDPOINT.`;
        throw new AppError('platform_unavailable', message, { cause: error });
      }
    },
    async *read({ name, commit }, { path }, start) {
      const patience = new AbortController();
      let timer = setTimeout(() => {}, 0);
      const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => patience.abort(new Error(`silent for ${silenceMs / 1000} s`)), silenceMs);
      };
      let refusal: unknown;
      const watched: typeof fetch = async (input, init) => {
        heard();
        const response = await fetch(input, { ...init, signal: patience.signal });
        // The client hands errors on as bare text, so what matters of them is kept here.
        if (!response.ok) refusal = new HubApiError(String(input), response.status);
        const range = new Headers(init?.headers).get('range');
        if (start > 0 && range?.startsWith(`bytes=${start}-`) && response.status === 200) {
          refusal = new NoRanges();
          await response.body?.cancel();
          throw refusal;
        }
        return response;
      };
      try {
        const blob = await downloadFile({ ...access, repo: name, revision: commit, path, xet: false, fetch: watched });
        if (!blob) throw new AppError('not_found', `${name} has no file ${path}.`);
        for await (const chunk of blob.slice(start).stream() as unknown as AsyncIterable<Uint8Array>) {
          heard();
          yield chunk;
        }
      } catch (error) {
        throw explained(refusal ?? error, name, { hubUrl, revision: commit, hasToken: Boolean(token) });
      } finally {
        clearTimeout(timer);
        patience.abort();
      }
    },
  };
}

const said = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};

/** The server sends files only whole. */
export class NoRanges extends Error {}

interface Circumstances {
  hubUrl: string;
  revision: string;
  hasToken: boolean;
}

function explained(error: unknown, name: string, { hubUrl, revision, hasToken }: Circumstances): unknown {
  if (!(error instanceof HubApiError)) return error;
  const detail = { status: error.statusCode, url: error.url };
  const say = (code: 'not_found' | 'bad_config', message: string) =>
    new AppError(code, message, { cause: error, detail });
  switch (error.statusCode) {
    case 401:
    case 403:
      return say(
        'bad_config',
        hasToken
          ? `${hubUrl} refuses ${name} with this HF_TOKEN (${error.statusCode}). Accept the model's terms at ${hubUrl}/${name} with the account the token belongs to, or check the name.`
          : `${hubUrl} does not give ${name} to strangers (${error.statusCode}). Check the name; if the model is gated, accept its terms at ${hubUrl}/${name} and set HF_TOKEN.`,
      );
    case 404:
      return say('not_found', `${hubUrl} has no model ${name} at revision ${revision}. Check the name and --revision.`);
    default:
      return error;
  }
}

function licenceOf(card: unknown): { licence: string; link: string | undefined } {
  const said = (key: string): string | undefined => {
    const value: unknown = card && typeof card === 'object' ? (card as Record<string, unknown>)[key] : undefined;
    return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : undefined;
  };
  const licence = said('license');
  return {
    licence: (licence === 'other' ? said('license_name') : undefined) ?? licence ?? 'not stated by its author',
    link: said('license_link')?.startsWith('http') ? said('license_link') : undefined,
  };
}
