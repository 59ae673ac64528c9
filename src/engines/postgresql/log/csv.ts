/** Records of a CSV text as PostgreSQL writes it: fields in quotes may hold newlines and doubled quotes. */
export function csvRecords(text: string): { readonly records: readonly string[][]; readonly rest: string } {
  const records: string[][] = [];
  let fields: string[] = [];
  let begin = 0;
  let at = 0;
  while (at < text.length) {
    const quoted = text[at] === '"';
    const end = quoted ? endOfQuoted(text, at) : endOfPlain(text, at);
    if (end < 0) break;
    fields.push(quoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end));
    at = end + 1;
    if (text[end] !== '\n') continue;
    records.push(fields);
    fields = [];
    begin = at;
  }
  return { records, rest: text.slice(begin) };
}

/** Behind the closing quote; -1 where there is none yet. */
function endOfQuoted(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1 < text.length ? at + 1 : -1;
  }
  return -1;
}

function endOfPlain(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === ',' || text[at] === '\n') return at;
  return -1;
}
