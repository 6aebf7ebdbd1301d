/** The names that are most like one that does not exist, for an error that helps. */
export function nearest(asked: string, names: readonly string[], most = 5): string[] {
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const said = plain(asked);
  const scored = names.map((name) => {
    const other = plain(name);
    const holds = said !== '' && (other.includes(said) || said.includes(other));
    return { name, score: holds ? 0 : distance(said, other) / Math.max(said.length, other.length, 1) };
  });
  const near = scored.filter(({ score }) => score < 0.6).sort((a, b) => a.score - b.score);
  return (near.length > 0 ? near : scored).slice(0, most).map(({ name }) => name);
}

/** Letters to change, add or leave out. Levenshtein 1966. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
