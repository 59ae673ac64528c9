import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clean, redactLiterals } from '../../src/engines/postgresql/redact.js';

describe('redactLiterals', () => {
  it.each([
    ["SELECT * FROM t WHERE a = 'x''y' AND b = 42.5e3", 'SELECT * FROM t WHERE a = $? AND b = $?'],
    ["ALTER ROLE app PASSWORD 'hunter2'", 'ALTER ROLE app PASSWORD $?'],
    ["SELECT E'a\\'b', U&'\\0061', B'01', X'ff'", 'SELECT $?, $?, $?, $?'],
    ["SELECT $1, $tag$it's$tag$, $$x$$", 'SELECT $1, $?, $?'],
    ['SELECT "quoted ""id""", t1.c2 -- 4711\nFROM t', 'SELECT "quoted ""id""", t1.c2 FROM t'],
    ['SELECT 1 /* pin 4711 /* nested */ still */ + 2', 'SELECT $? + $?'],
    ["SELECT 'cut in the midd", 'SELECT $?'],
  ])('%s', (sql, expected) => {
    expect(redactLiterals(sql)).toBe(expected);
  });

  it('lets no string literal through, whatever stands around it', () => {
    const secret = fc.stringMatching(/^[a-z]{12}$/).map((word) => `zz${word}`);
    const around = fc.constantFrom(
      'SELECT ',
      'x = ',
      'f(',
      '"id" ',
      '/* c */',
      '-- c\n',
      'E',
      ' $1 ',
      "'' ",
      ';',
    );
    fc.assert(
      fc.property(
        fc.array(around, { maxLength: 6 }),
        secret,
        fc.constantFrom("'", '$$', '$q$'),
        (parts, word, quote) => {
          const before = parts.filter((part) => part !== 'E').join('');
          expect(redactLiterals(`${before} ${quote}${word}${quote} ${parts.join('')}`)).not.toContain(word);
        },
      ),
    );
  });

  it('leaves nothing that a terminal would obey, and stays bounded', () => {
    const hostile = `SELECT "\u001b[31m\u0007\u202e${'x'.repeat(1 << 20)}"`;
    const shown = redactLiterals(hostile);
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(shown.length).toBeLessThanOrEqual(16_384);
    expect(clean('a\u0000b')).toBe('a\uFFFDb');
  });
});
