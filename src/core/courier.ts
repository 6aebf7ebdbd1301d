/** How a platform shows a Reply at an Address. One per platform; deliveries call it, with retries, outside any interaction. */
import type { Address, AddressOf, Platform } from './address.ts';
import type { Reply } from './reply.ts';

export interface Courier<P extends Platform = Platform> {
  platform: P;
  /**
   * Shows the final reply, editing the message at the address. Repeating it must not show it twice. Answers the message's
   * reference (for reactions) and the address as it is now. Throws AppError platform_refused (never) or platform_unavailable (later).
   */
  deliver(address: AddressOf<P>, reply: Reply, attempt: number): Promise<{ message?: string; address: Address }>;
  /** Shows progress on the same message. Best effort: may throw, is not retried. */
  progress(address: AddressOf<P>, reply: Reply): Promise<void>;
  /** Takes the message away. Best effort. */
  remove(address: AddressOf<P>): Promise<void>;
}
