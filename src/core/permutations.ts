/** Prompts that list alternatives: `a {red,green} {cat,dog}` is four prompts, the last braces changing first. */

export interface Permutations {
  /** How many prompts there are; 1 for one without such braces. */
  count: number;
  /** The i-th of them, beginning again after the last. */
  at(index: number): string;
}

type Node = string | Node[][];

/** Braces that hold a bar, hold no comma, are never closed, or stand behind a backslash are text. */
export function parsePermutations(prompt: string): Permutations {
  const nodes = parse(prompt);
  const count = countOf(nodes);
  return { count, at: (index) => pick(nodes, index % count) };
}

interface Open {
  options: Node[][];
  bars: boolean;
  /** Round and square ones open in it: a bar inside them alternates. */
  brackets: number;
}

function parse(prompt: string): Node[] {
  const stack: Open[] = [{ options: [[]], bars: false, brackets: 0 }];
  const top = () => stack.at(-1)!;
  const say = (...nodes: Node[]) =>
    top()
      .options.at(-1)!
      .push(...nodes);
  for (const [sign] of prompt.matchAll(/\\[{},|\\]|[^\\{},|]+|[\\{},|]/g)) {
    const inside = stack.length > 1;
    if (sign === '{') stack.push({ options: [[]], bars: false, brackets: 0 });
    else if (sign === '}' && inside) {
      const closed = stack.pop()!;
      const isList = closed.options.length > 1 && !closed.bars;
      if (isList) say(closed.options.map(trimmed));
      else say('{', ...asTyped(closed.options), '}');
    } else if (sign === ',' && inside) top().options.push([]);
    else {
      top().brackets += (sign.match(/[[(]/g)?.length ?? 0) - (sign.match(/[\])]/g)?.length ?? 0);
      if (sign === '|' && top().brackets <= 0) top().bars = true;
      say(sign);
    }
  }
  while (stack.length > 1) {
    const open = stack.pop()!;
    say('{', ...asTyped(open.options));
  }
  return stack[0]!.options[0]!;
}

const asTyped = (options: readonly Node[][]): Node[] =>
  options.flatMap((nodes, i) => (i > 0 ? [',', ...nodes] : nodes));

/** Without the white space around an alternative. */
function trimmed(nodes: readonly Node[]): Node[] {
  const out = [...nodes];
  if (typeof out[0] === 'string') out[0] = out[0].trimStart();
  const last = out.at(-1);
  if (typeof last === 'string') out[out.length - 1] = last.trimEnd();
  return out;
}

const countOf = (nodes: readonly Node[]): number =>
  nodes.reduce(
    (product, node) =>
      product * (typeof node === 'string' ? 1 : node.reduce((sum, option) => sum + countOf(option), 0)),
    1,
  );

/** Mixed radix: the last list is the lowest digit. */
function pick(nodes: readonly Node[], index: number): string {
  let [rest, text] = [index, ''];
  for (const node of [...nodes].reverse()) {
    if (typeof node === 'string') {
      text = node + text;
      continue;
    }
    const counts = node.map(countOf);
    const total = counts.reduce((sum, count) => sum + count, 0);
    let digit = rest % total;
    rest = Math.floor(rest / total);
    const option = counts.findIndex((count) => {
      if (digit < count) return true;
      digit -= count;
      return false;
    });
    text = pick(node[option]!, digit) + text;
  }
  return text;
}
