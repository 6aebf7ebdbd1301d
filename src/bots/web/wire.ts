/** What the server and the page say to each other: replies as plain JSON, nothing the page could mistake for markup. */
import { encodeAction } from '../../core/action.ts';
import type { Button, Reply, ReplyImage } from '../../core/reply.ts';
import type { KeptPicture } from '../../core/request.ts';

export interface WireImage {
  /** Relative address of the file. */
  src: string;
  name: string;
  width: number;
  height: number;
  altText: string;
  /** Where it depends on one. */
  seed?: number;
  /** As commands name it; absent for what cannot be named. */
  of?: string;
  /** What it is beside others: Before, After. */
  title?: string;
  /** Frames that play by themselves. */
  moves: boolean;
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
  menus: WireMenu[];
  /** All pictures in one file. */
  archive?: { src: string; name: string };
}

export interface WireMenu {
  placeholder: string;
  options: (Pick<WireButton, 'label' | 'code'> & { /** What it is for. */ note?: string })[];
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
  /** Handed in with it. */
  pictures?: WireImage[];
}

/** What POST /api/command and /api/press answer. */
export type Answer =
  | { message: Message /** It was there before: asked to be seen again. */; again?: true }
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

/** A picture that goes with a command. */
export type Attached = KeptPicture & {
  /** The option it is for; without it, the first that is free. */
  as?: string | undefined;
};

export interface CommandHint {
  name: string;
  usage: string;
  description: string;
  /** How many attached ones it takes. */
  pictures: number;
  /** What its words may begin with: names of brushes, attributes. */
  words: string[];
  options: { name: string; takesValue: boolean; description: string; choices: string[]; range?: string }[];
}

/** GET /api/options: what the composer hints with. */
export interface Hints {
  /** What a choice is for, by its name, where there is something to know. */
  notes: Record<string, string>;
  commands: CommandHint[];
}

/** What POST /api/upload answers. */
export type Uploaded = { picture: KeptPicture } | { notice: WireReply };

/** GET /api/status. */
export interface About {
  database: string;
  queue: string;
  engine: string;
  model: string;
  platforms: { name: string; on: boolean; say: string }[];
}

export const toWireImage = (image: ReplyImage, generationId: string): WireImage => ({
  src: `api/pictures/${encodeURIComponent(image.key)}?of=${generationId}`,
  name: image.name,
  width: image.width,
  height: image.height,
  altText: image.altText,
  ...(image.seed !== undefined && { seed: image.seed }),
  ...(image.title && { title: image.title }),
  moves: image.mime === 'image/webp',
  hidden: image.hidden ?? false,
});

export function toWire(reply: Reply): WireReply {
  const { state, generationId, headline, lines, images, preview, progress, readyAt, buttons, menus = [] } = reply;
  const picture = (image: ReplyImage) => toWireImage(image, generationId ?? '');
  return {
    state,
    ...(generationId && { generationId }),
    headline,
    lines,
    private: reply.private,
    images: images.map((image, i) => ({
      ...picture(image),
      ...(state === 'done' && generationId && { of: `${generationId}#${i + 1}` }),
    })),
    ...(preview && { preview: picture(preview) }),
    ...(progress && { progress }),
    ...(readyAt && { readyAt: readyAt.toISOString() }),
    buttons: buttons.map((row) =>
      row.map(({ label, action, style }) => ({ label, code: encodeAction(action), style })),
    ),
    menus: menus.map(({ placeholder, options }) => ({
      placeholder,
      options: options.map(({ label, note, action }) => ({ label, code: encodeAction(action), ...(note && { note }) })),
    })),
    ...(reply.archive && { archive: { src: `api/archive/${generationId}`, name: reply.archive.name } }),
  };
}
