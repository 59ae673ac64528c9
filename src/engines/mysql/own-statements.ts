import { normaliseStatement } from './normalise.js';
import { allQueries } from './select.js';

/** Servers cut digest texts at 1,024 bytes (max_digest_length); this much is compared. */
const COMPARED = 160;

/**
 * One of our own statements. The server's digest text has no comments, so our marker is gone; names and order of what
 * is asked are the same, whatever the server did with literals, NULL, quoting and case.
 */
export function isOwnStatement(text: string): boolean {
  return OWN.has(signatureOf(text));
}

const OWN: ReadonlySet<string> = new Set(allQueries().map(({ sql }) => signatureOf(sql)));

function signatureOf(sql: string): string {
  return normaliseStatement(sql)
    .text.toLowerCase()
    .replace(/\bnull\b/g, '')
    .replace(/[^a-z_]/g, '')
    .slice(0, COMPARED);
}
