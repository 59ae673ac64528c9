/** A text without constants, however they were replaced: by us, or by the server, which takes NULL for one and folds lists. */
export function shapeOf(text: string): string {
  return (
    text
      .replace(/\$(?:\d+|\?)|\b(?:null|true|false)\b/gi, '$$?')
      .replace(/\s+/g, '')
      // The server takes a sign for a part of its constant.
      .replace(/([=<>(,*/%|+-])-(?=\$\?)/g, '$1')
      .replace(/\((?:\$\?,)*\$\?\)/g, '($$?)')
      .replace(/;$/, '')
  );
}
