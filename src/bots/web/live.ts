/** What unfinished generations last said, so that a reload shows it. Lost with the process; the records are not. */
import type { Reply, ReplyImage } from '../../core/reply.ts';

export interface Live {
  put(session: string, reply: Reply): void;
  get(generationId: string): Reply | undefined;
  end(generationId: string): void;
  /** A recent preview of this session's own work. */
  preview(session: string, key: string): ReplyImage | undefined;
}

const REPLIES = 1000;
const PREVIEWS = 500;

export function rememberLive(): Live {
  const replies = new Map<string, Reply>();
  const previews = new Map<string, { session: string; image: ReplyImage }>();
  return {
    put: (session, reply) => {
      if (!reply.generationId) return;
      renew(replies, reply.generationId, reply, REPLIES);
      if (reply.preview) renew(previews, reply.preview.key, { session, image: reply.preview }, PREVIEWS);
    },
    get: (generationId) => replies.get(generationId),
    end: (generationId) => void replies.delete(generationId),
    preview: (session, key) => {
      const known = previews.get(key);
      return known?.session === session ? known.image : undefined;
    },
  };
}

/** A map in order of renewal that forgets its oldest entry past `limit`. */
function renew<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
}
