/** Waits until something answers a value that is not undefined, null or false. */
export async function eventually<T>(
  look: () => T | undefined | null | false,
  what: string,
  withinMs = 5000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
