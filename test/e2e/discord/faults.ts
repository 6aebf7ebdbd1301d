/** Trouble on order: what the next matching request meets instead of an answer. */
export type Fault =
  | { kind: '429'; scope: 'user' | 'global'; retryAfter: number }
  | { kind: '5xx'; status: number }
  /** The connection dies before anything happened. */
  | { kind: 'lost-before' }
  /** Everything happened, and the connection dies before the answer. */
  | { kind: 'lost-after' }
  | { kind: 'slow'; ms: number }
  | { kind: 'refuse'; status: number; code: number; message: string };

interface Ordered {
  fault: Fault;
  method: string;
  path: RegExp;
  left: number;
}

export interface Faults {
  /** The next `times` requests of this method and path meet the fault. */
  order(fault: Fault, request: { method: string; path: RegExp; times?: number }): void;
  take(method: string, path: string): Fault | undefined;
  /** What has been met so far. */
  met: { fault: Fault['kind']; path: string }[];
}

export function createFaults(): Faults {
  const ordered: Ordered[] = [];
  const met: Faults['met'] = [];
  return {
    met,
    order: (fault, { method, path, times = 1 }) => {
      ordered.push({ fault, method, path, left: times });
    },
    take: (method, path) => {
      const hit = ordered.find((one) => one.left > 0 && one.method === method && one.path.test(path));
      if (!hit) return undefined;
      hit.left--;
      met.push({ fault: hit.fault.kind, path });
      return hit.fault;
    },
  };
}
