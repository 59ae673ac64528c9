/** Removes what looks like a password: in URLs, in key=value strings, in `PASSWORD '…'`. The last net before a log or a message. */
export function redactSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@]*@/gi, '$1:***@')
    .replace(/\b(password|passwd|pwd)(\s*[=:]\s*)('(?:[^'\\]|\\.)*'|"[^"]*"|[^\s&,;}]+)/gi, '$1$2***')
    .replace(/\b(password)(\s+)'(?:[^']|'')*'/gi, "$1$2'***'");
}
