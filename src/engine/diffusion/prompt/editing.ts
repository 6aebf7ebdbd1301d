/**
 * Prompts that change over the run, as Automatic1111 writes them: `[a:b:0.5]` is a, then b from half of the steps on;
 * `[a:0.5]` comes then, `[a::0.5]` goes then; `[a|b]` alternates from step to step. Whole numbers count steps.
 */

export type Node = string | Edit | Choice;
export interface Edit {
  before: Node[];
  after: Node[];
  /** As typed: with a point it is a share of the run, without one a number of steps. */
  when: string;
}
export interface Choice {
  choices: Node[][];
}

export interface Run {
  steps: number;
  /** Steps of the pass before this one: what counts steps goes on counting, shares of this pass are 1 to 2. */
  earlier?: number | undefined;
}

/** A prompt's text at a step, counted from 0. */
export type TextAt = (step: number) => string;

export function parseEditing(prompt: string, run: Run): TextAt {
  const nodes = parseNodes(prompt);
  return (step) => render(nodes, step, run);
}

const SIGN = /\\.|[^\\()[\]:|]+|[\\()[\]:|]/gs;
const WHEN = /^\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/;

interface Open {
  bracket: '(' | '[' | undefined;
  /** What stands between its bars, each split at its colons. */
  bars: Node[][][];
}

export function parseNodes(prompt: string): Node[] {
  const stack: Open[] = [{ bracket: undefined, bars: [[[]]] }];
  const top = () => stack.at(-1)!;
  const say = (...nodes: Node[]) =>
    top()
      .bars.at(-1)!
      .at(-1)!
      .push(...nodes);
  for (const [sign] of prompt.matchAll(SIGN)) {
    const { bracket } = top();
    if (sign === '(' || sign === '[') stack.push({ bracket: sign, bars: [[[]]] });
    else if ((sign === ')' && bracket === '(') || (sign === ']' && bracket === '[')) {
      const closed = stack.pop()!;
      say(...(bracket === '[' ? changing(closed) : literal(closed, ')')));
    } else if (sign === ']' && stack.some((open) => open.bracket === '[')) {
      while (top().bracket === '(') unopen(stack, say); // "[(a:b:3]": that bracket was text
      const closed = stack.pop()!;
      say(...changing(closed));
    } else if (sign === ':' && bracket === '[') top().bars.at(-1)!.push([]);
    else if (sign === '|' && bracket === '[') top().bars.push([[]]);
    else say(sign);
  }
  while (stack.length > 1) unopen(stack, say);
  return stack[0]!.bars.flat(2);
}

/** A bracket that nothing closes is text. */
function unopen(stack: Open[], say: (...nodes: Node[]) => void): void {
  const open = stack.pop()!;
  say(...literal(open, ''));
}

/** As it was typed. */
function literal({ bracket, bars }: Open, close: string): Node[] {
  const inside = bars.flatMap((bar, i) => [
    ...(i > 0 ? ['|'] : []),
    ...bar.flatMap((nodes, j) => [...(j > 0 ? [':'] : []), ...nodes]),
  ]);
  return [bracket!, ...inside, close];
}

/** Square brackets around an edit, an alternation, or words that are to count less. */
function changing(open: Open): Node[] {
  const { bars } = open;
  const [last, ...rest] = [...bars.at(-1)!].reverse();
  const when = last!.every((node) => typeof node === 'string') ? WHEN.exec(last!.join(''))?.[1] : undefined;
  if (when !== undefined && rest.length > 0) {
    // Bars beside a number are text, and so are colons before the last two.
    const parts =
      bars.length > 1 ? [literal({ bracket: '[', bars: [...bars.slice(0, -1), rest.reverse()] }, '').slice(1)] : rest;
    const [after, before = [], ...earlier] = parts as Node[][];
    const first = [...earlier].reverse().flatMap((nodes) => [...nodes, ':']);
    return [{ before: [...first, ...before], after: after!, when }];
  }
  if (bars.length > 1)
    return [{ choices: bars.map((bar) => bar.flatMap((nodes, i) => [...(i > 0 ? [':'] : []), ...nodes])) }];
  return literal(open, ']');
}

export function render(nodes: readonly Node[], step: number, run: Run): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node;
      if ('choices' in node) return render(node.choices[step % node.choices.length]!, step, run);
      return render(step < stepOf(node.when, run) ? node.before : node.after, step, run);
    })
    .join('');
}

/** The first step at which an edit holds. */
function stepOf(when: string, { steps, earlier }: Run): number {
  const value = Number(when);
  if (when.includes('.')) return Math.trunc((earlier === undefined ? value : value - 1) * steps);
  return earlier === undefined ? value : value - earlier;
}
