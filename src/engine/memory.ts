/** How much memory an engine may take. */
import { totalmem } from 'node:os';

/** The rest is for the runtime itself, pictures on their way, and everybody else on the machine. */
const SHARE = 0.75;

/** Bytes for models and what they need to run, of each of so many engine processes on this machine or in this container. */
export function usualBudget(processes = 1): number {
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return (Math.min(totalmem(), limit) * SHARE) / processes;
}

/** For people: 0.8, 12. */
export const gigabytes = (bytes: number): string => {
  const value = bytes / 2 ** 30;
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
};
