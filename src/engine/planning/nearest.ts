import { distance } from '../../core/distance.ts';

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
