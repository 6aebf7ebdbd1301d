/** Event ids this process has handled: Slack repeats an event whose acknowledgement it missed, and Bolt passes that on. */

const REMEMBERED = 10_000;

/** True the first time an id comes by. Orders are deduplicated in the records too, across processes and restarts. */
export function createSeen(limit = REMEMBERED): (id: string) => boolean {
  const ids = new Set<string>();
  return (id) => {
    if (ids.has(id)) return false;
    ids.add(id);
    if (ids.size > limit) ids.delete(ids.values().next().value!);
    return true;
  };
}
