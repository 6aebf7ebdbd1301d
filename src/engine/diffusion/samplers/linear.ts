/** Solves rows·x = right by elimination, largest pivot first. */
export function solve(rows: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const a = rows.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < n; column++) {
    let best = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(a[i]![column]!) > Math.abs(a[best]![column]!)) best = i;
    [a[column], a[best]] = [a[best]!, a[column]!];
    for (let i = column + 1; i < n; i++) {
      const factor = a[i]![column]! / a[column]![column]!;
      for (let j = column; j <= n; j++) a[i]![j]! -= factor * a[column]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = a[i]![n]!;
    for (let j = i + 1; j < n; j++) sum -= a[i]![j]! * x[j]!;
    x[i] = sum / a[i]![i]!;
  }
  return x;
}
