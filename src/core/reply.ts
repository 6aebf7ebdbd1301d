/** What to show, free of any platform. Each platform renders it in its own way and escapes every text. */
import type { Action } from './action.ts';

export interface ReplyImage {
  /** Object-store key of the full file. */
  key: string;
  /** File name to show, e.g. `two-red-apples-7.png`. */
  name: string;
  mime: string;
  bytes: number;
  width: number;
  height: number;
  /** ≤ 1,000 characters; begins "AI-generated image:" unless it was handed in. */
  altText: string;
  /** What it is beside others: Before, After. */
  title?: string;
  /** That makes it again; absent where nothing depends on one. */
  seed?: number;
  /** Moderation said hide: blur until asked for. */
  hidden?: boolean;
}

export interface Button {
  label: string;
  action: Action;
  style: 'primary' | 'neutral' | 'danger';
}

interface MenuOption {
  label: string;
  /** What it is for, ≤ 75 characters. */
  note?: string;
  action: Action;
}

/** A choice of one among many, where buttons would be too many. */
export interface Menu {
  placeholder: string;
  /** As many as there are. A platform that shows fewer lets one be named (bots/pick.ts). */
  options: MenuOption[];
}

export interface Reply {
  /** waiting and working may be followed by another Reply on the same message; the rest end it. */
  state: 'waiting' | 'working' | 'done' | 'failed' | 'cancelled' | 'notice';
  generationId?: string;
  /** One line that says it all. */
  headline: string;
  /** The prompt as typed: untrusted text, shown as a quotation and never as markup. */
  prompt?: string;
  /** Further lines: notes, seeds, ETA. Plain text. */
  lines: string[];
  images: ReplyImage[];
  /** A rough look while working. */
  preview?: ReplyImage;
  progress?: { step: number; total: number };
  /** When the picture is expected. A platform may count down to it. */
  readyAt?: Date;
  /** Rows of at most five. */
  buttons: Button[][];
  /** Below the buttons, at most one a row. */
  menus?: Menu[];
  /** More pictures than a message holds: they are shown as one sheet and handed out as this archive (zip). */
  archive?: { name: string };
  /** Only for the person who asked. */
  private: boolean;
}
