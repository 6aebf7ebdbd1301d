/** What the bots may ask of the rest: orders in, records out. Implemented by queue/, handed to bots/ by main/. */
import type { Address, Platform } from './address.ts';
import type { Channel, Order, Sender } from './order.ts';
import type { GenerationView, ImageView, Lanes, Standing } from './records.ts';
import type { KeptPicture } from './request.ts';

export type { Channel, Order, Sender, Standing };

/** What waits and runs, and what can be done side by side: absent while no worker has been heard of. */
export interface Load {
  waiting: number;
  running: number;
  lanes?: Lanes;
}

export interface Receipt extends Standing {
  generationId: string;
  notes: string[];
}

export interface Studio {
  /**
   * Checks, records, acknowledges, enqueues. A refusal throws an AppError before `acknowledge` is called, so it can be
   * private. `acknowledge` shows the waiting reply and answers where it stands. Resolves undefined for a repeated event.
   */
  submit(order: Order, acknowledge: (receipt: Receipt) => Promise<Address>): Promise<Receipt | undefined>;
  /** Stops a waiting or running job of this person. Throws not_yours / not_found / invalid_request (already ended). */
  cancel(sender: Sender, generationId: string): Promise<void>;
  /** Removes the person's own generation: pictures, prompt, and the message it was shown in. Throws not_yours / not_found. */
  remove(sender: Sender, generationId: string): Promise<void>;
  /** Where a waiting or running job stands, now. Undefined for what has ended or never was. */
  standing(generationId: string): Promise<Standing | undefined>;
  /** All of one's jobs that have not ended, oldest first, and where each stands. */
  waiting(sender: Sender): Promise<(GenerationView & { standing: Standing })[]>;
  /** How busy it is here: for a status page. */
  load(): Promise<Load>;
  /** Throws not_found for unknown or deleted ones. */
  find(generationId: string): Promise<GenerationView>;
  /** The generation shown in that message, if it is one of ours. `message` is the courier's own reference. */
  findByMessage(platform: Platform, message: string): Promise<GenerationView | undefined>;
  /** Newest first. */
  history(sender: Sender, options?: { limit?: number; before?: string }): Promise<GenerationView[]>;
  /** Bytes of a picture, by key. Throws not_found. */
  read(key: string): Promise<Uint8Array>;
  image(generationId: string, index: number): Promise<ImageView>;
  isOwner(sender: Sender, generation: GenerationView): Promise<boolean>;
  /**
   * Takes a picture that somebody hands in: proven to be one, stripped of everything but its pixels, judged, kept.
   * Throws invalid_request with what to do, picture_refused.
   */
  handIn(sender: Sender, bytes: Uint8Array): Promise<KeptPicture>;
  /** The brush that 🎨 uses in a channel; undefined where it is not switched on. */
  channelBrush(channel: Channel): Promise<string | undefined>;
  /** Switches it on, or off without a brush. Throws invalid_request for an unknown brush. */
  setChannelBrush(channel: Channel, brush: string | undefined): Promise<void>;
  /** For autocomplete and help: names only, from memory. */
  models(): { name: string; title: string }[];
  /** Named styles, likewise. */
  styles(): { name: string; title: string }[];
  /** Brushes and directions of translation, likewise. `note`: what pictures it is for, where it is not for any. */
  brushes(): { name: string; title: string; note?: string | undefined }[];
  /** Labels a face can be edited along; empty without a model for faces. */
  attributes(): { name: string; title: string }[];
}
