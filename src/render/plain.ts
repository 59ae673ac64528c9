/**
 * Text that a terminal can be given whoever wrote it: no escapes, control or bidirectional characters, one line.
 */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\uFFFD')
    .trim();
}
