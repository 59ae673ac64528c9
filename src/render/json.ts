/** Characters that JSON lets stand and a terminal or a page obeys: C1 controls, line separators, bidirectional marks. */
const OBEYED = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A report as JSON text: bigints as strings, and every character that does something as an escape. Parses to the same object. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each), 2);
  return text.replace(OBEYED, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
