/** Letters of other scripts that look like Latin ones. `latin: look-alikes`, in whatever case they look alike. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'аАαΑɑᎪᴀɐꓮ⍺',
  b: 'ЬьВвΒβᏴʙꓐɓ',
  c: 'сСϲϹᏟᴄꓚ',
  d: 'ԁᎠᴅꓓɖ',
  e: 'еЕєЄεΕᎬᴇǝɘꓰ℮ҽ',
  f: 'ϝϜꜰꓝƒ',
  g: 'ɡԌᏀɢꓖ',
  h: 'һНнΗᎻʜꓧɥ',
  i: 'іІιΙɪıᎥӀꓲ',
  j: 'јЈᎫᴊꓙ',
  k: 'кКκΚᏦᴋꓗ',
  l: 'ӏᏞʟꓡⅼ',
  m: 'МмΜᎷᴍꓟɯ',
  n: 'ΝпηɴꓠոҢ',
  o: 'оОοΟσօᎾᴏꓳ๐೦०',
  p: 'рРρΡᏢᴘꓑ',
  q: 'ԛգꞯ',
  r: 'гᎡʀꓣɹ',
  s: 'ѕЅᏚꜱꓢʂ',
  t: 'тТτΤᎢᴛꓔʇ',
  u: 'υμᴜꓴսʋ',
  v: 'νѵѴᏙᴠꓦ',
  w: 'ԝωᎳᴡꓪѡʍ',
  x: 'хХχΧꓫ×',
  y: 'уУγΥʏꓬүʎ',
  z: 'ΖᏃᴢꓜʐ',
};

const LATIN = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([latin, alike]) => [...alike].map((c) => [c, latin] as const)),
);

/** First code points of alphabets of 26 symbols: 🇦, 🅐, 🅰. */
const SYMBOLS = [0x1f1e6, 0x1f150, 0x1f170];

function latinOf(character: string): string {
  const known = LATIN.get(character);
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  const start = SYMBOLS.find((first) => code >= first && code < first + 26);
  return start === undefined ? character : String.fromCharCode(97 + code - start);
}

/** Reads every look-alike as the Latin letter it looks like. */
export const foldConfusables = (text: string): string => text.replace(/[^\p{ASCII}]/gu, latinOf);
