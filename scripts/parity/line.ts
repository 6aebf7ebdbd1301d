/** One compared value, and how a run of them is told. */
export interface Line {
  name: string;
  state: 'ok' | 'FAIL' | 'skip';
  /** `got want tolerance`, or why it was skipped. */
  text: string;
}

export interface Check {
  what: string;
  got: number | string;
  want: number | string;
  tolerance: number;
}

export const holds = ({ got, want, tolerance }: Check): boolean =>
  typeof got === 'number' && typeof want === 'number' ? Math.abs(got - want) <= tolerance : got === want;

/** The first check that does not hold, or else the first: one line says it all. */
export function lineOf(name: string, checks: readonly Check[]): Line {
  const bad = checks.find((check) => !holds(check));
  const shown = bad ?? checks[0];
  if (!shown) return { name, state: 'FAIL', text: 'nothing to compare' };
  const { what, got, want, tolerance } = shown;
  return { name, state: bad ? 'FAIL' : 'ok', text: `${bad ? `${what} ` : ''}${got} ${want} ${tolerance}` };
}

/** Lines and the closing count; answers whether all is well. */
export function report(lines: readonly Line[], write: (text: string) => void): boolean {
  for (const { name, state, text } of lines) write(`${state} ${name} ${text}\n`);
  const count = (state: Line['state']) => lines.filter((line) => line.state === state).length;
  const skipped = count('skip');
  write(`${count('ok')} ok, ${count('FAIL')} failed${skipped > 0 ? `, ${skipped} skipped` : ''} of ${lines.length}\n`);
  return count('FAIL') === 0 && lines.length > 0;
}
