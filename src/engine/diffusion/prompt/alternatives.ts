/** The texts that a changing prompt may come to. */
import { type Choice, type Edit, type Node, parseNodes, render } from './editing.ts';

/**
 * What a prompt may come to say at some step of some run: the whole as it begins, and around its changing places every
 * combination of their branches. Places further apart than `reach` signs make no word or phrase together. Undefined
 * when that is more than `most` signs of text.
 */
export function alternatives(prompt: string, reach: number, most: number): string[] | undefined {
  const nodes = merged(parseNodes(prompt));
  const texts = [render(nodes, 0, { steps: 1000 })];
  for (const place of neighbourhoods(nodes, reach)) {
    const ways = combined(place, most);
    if (!ways) return undefined;
    texts.push(...ways);
  }
  return texts.reduce((sum, { length }) => sum + length, 0) > most ? undefined : texts;
}

/** Signs that stand together are one text. */
function merged(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (typeof node === 'string' && typeof last === 'string') out[out.length - 1] = last + node;
    else out.push(node);
  }
  return out;
}

/** Runs of changing places with the text before, between and after them; cut between words of longer texts. */
function neighbourhoods(nodes: readonly Node[], reach: number): Node[][] {
  const places: Node[][] = [[]];
  for (const node of nodes) {
    if (typeof node !== 'string' || node.length <= 2 * reach) {
      places.at(-1)!.push(node);
      continue;
    }
    places.at(-1)!.push(node.slice(0, wordEnd(node, reach)));
    places.push([node.slice(wordStart(node, node.length - reach))]);
  }
  return places.filter((place) => place.some((node) => typeof node !== 'string'));
}

const wordEnd = (text: string, at: number) => at + text.slice(at).search(/\s|$/);
const wordStart = (text: string, at: number) => text.slice(0, at).search(/\S*$/);

/** All combinations; undefined when they are more than `most` signs together. */
function combined(nodes: readonly Node[], most: number): string[] | undefined {
  let texts = [''];
  for (const node of nodes) {
    const ends = typeof node === 'string' ? [[node]] : branchesOf(node).map((branch) => combined(branch, most));
    const known = ends.flatMap((end) => end ?? []);
    const longest =
      Math.max(1, ...texts.map(({ length }) => length)) + Math.max(1, ...known.map(({ length }) => length));
    if (ends.includes(undefined) || texts.length * known.length * longest > most) return undefined;
    texts = texts.flatMap((text) => known.map((end) => text + end));
  }
  return texts;
}

const branchesOf = (node: Edit | Choice): Node[][] => ('choices' in node ? node.choices : [node.before, node.after]);
