/** compel's way of writing weights, in Automatic1111's: `cat++` is `(cat:1.21)`, `(a cat)1.3` is `(a cat:1.3)`, `cat-` counts 0.9. */
export function fromCompel(prompt: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < prompt.length; ) {
    const sign = prompt[at]!;
    if (sign === '\\') {
      out += prompt.slice(at, at + 2);
      at += 2;
      continue;
    }
    if (sign === '(') depth++;
    SUFFIX.lastIndex = at + 1;
    const suffix = sign === ')' && depth > 0 ? SUFFIX.exec(prompt)?.[0] : undefined;
    if (sign === ')') depth = Math.max(0, depth - 1);
    WORD.lastIndex = at;
    const word =
      /[\p{L}\p{N}_]/u.test(sign) && !/[\p{L}\p{N}_'-]/u.test(prompt[at - 1] ?? '') ? WORD.exec(prompt) : null;
    if (word) {
      out += `(${word[1]}:${weightOf(word[2]!)})`;
      at += word[0].length;
    } else {
      out += suffix ? `:${weightOf(suffix)})` : sign;
      at += 1 + (suffix?.length ?? 0);
    }
  }
  return out;
}

const SUFFIX = /(?:\++|-+|\d+\.?\d*|\.\d+)(?![\p{L}\p{N}])/uy;
const WORD = /([\p{L}\p{N}_'-]*[\p{L}\p{N}_'])(\++|-+)(?![\p{L}\p{N}+-])/uy;

/** Rounded, so that what is recorded can be read. */
function weightOf(suffix: string): string {
  if (suffix.startsWith('+')) return String(Number((1.1 ** suffix.length).toFixed(6)));
  if (suffix.startsWith('-')) return String(Number((0.9 ** suffix.length).toFixed(6)));
  return suffix;
}
