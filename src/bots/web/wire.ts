/** What the server and the page say to each other: replies as plain JSON, nothing the page could mistake for markup. */
import { encodeAction } from '../../core/action.ts';
import type { Button, Reply, ReplyImage } from '../../core/reply.ts';

export interface WireImage {
  /** Relative address of the file. */
  src: string;
  name: string;
  width: number;
  height: number;
  altText: string;
  seed: number;
  /** Blurred until asked for. */
  hidden: boolean;
}

export interface WireButton {
  label: string;
  /** An action of core/action.ts; goes to POST /api/press. */
  code: string;
  style: Button['style'];
}

export interface WireReply extends Pick<Reply, 'state' | 'headline' | 'lines' | 'private' | 'progress'> {
  generationId?: string;
  images: WireImage[];
  preview?: WireImage;
  /** ISO time. */
  readyAt?: string;
  buttons: WireButton[][];
}

/** One exchange of the chat: what was asked, and the answer as it stands. */
export interface Message {
  /** The generation's id. */
  id: string;
  /** ISO time. */
  at: string;
  asked: Asked;
  reply: WireReply;
}

export interface Asked {
  /** `/imagine`, or the button that was pressed. */
  by: string;
  text: string;
}

/** What POST /api/command and /api/press answer. */
export type Answer =
  | { message: Message }
  | { notice: WireReply; removed?: string }
  /** This event was already taken; its message is in the history. */
  | { duplicate: true };

/** Events of GET /api/events, by name. */
export interface Events {
  message: Message;
  reply: { id: string; reply: WireReply };
  removed: { id: string };
  /** Something changed that no other event describes: fetch the messages again. */
  changed: Record<string, never>;
}

export interface CommandHelp {
  name: string;
  usage: string;
  description: string;
}

/** GET /api/options: what the composer hints with. */
export interface Hints {
  commands: CommandHelp[];
  options: { name: string; takesValue: boolean; description: string; choices: string[]; range?: string }[];
}

/** GET /api/status. */
export interface About {
  database: string;
  queue: string;
  engine: string;
  model: string;
  platforms: { name: string; on: boolean; say: string }[];
}

export function toWire(reply: Reply): WireReply {
  const { state, generationId, headline, lines, images, preview, progress, readyAt, buttons } = reply;
  const picture = (image: ReplyImage): WireImage => ({
    src: `api/pictures/${encodeURIComponent(image.key)}?of=${generationId ?? ''}`,
    name: image.name,
    width: image.width,
    height: image.height,
    altText: image.altText,
    seed: image.seed,
    hidden: image.hidden ?? false,
  });
  return {
    state,
    ...(generationId && { generationId }),
    headline,
    lines,
    private: reply.private,
    images: images.map(picture),
    ...(preview && { preview: picture(preview) }),
    ...(progress && { progress }),
    ...(readyAt && { readyAt: readyAt.toISOString() }),
    buttons: buttons.map((row) =>
      row.map(({ label, action, style }) => ({ label, code: encodeAction(action), style })),
    ),
  };
}
