import { describe, expect, it } from 'vitest';
import { normaliseStatement } from '../../src/engines/mysql/normalise.js';
import { readOnlyProof } from '../../src/engines/mysql/read-only.js';
import { parseVersion } from '../../src/engines/mysql/version.js';
import { waitClassOf } from '../../src/engines/mysql/wait-classes.js';

describe('normaliseStatement', () => {
  it.each([
    ["SELECT 'it''s', \"a\\\"b\", x'1F', 0xff, b'01', 1.5e3, .5", 'SELECT ?'],
    ['SELECT `a``b` FROM `t` # tail', 'SELECT a`b FROM t'],
    ['SELECT 1 -- tail\n+ 2', 'SELECT ? + ?'],
    ['SELECT 5--2, -1, a - 2', 'SELECT ? - ? , a - ?'],
    [
      'SELECT @x, @@session.sql_mode, NULL FROM t WHERE a IS NULL',
      'SELECT @ ? , @@ session . sql_mode , ? FROM t WHERE a IS NULL',
    ],
    ['SELECT * FROM t WHERE id IN (1,2 , 3)', 'SELECT * FROM t WHERE id IN (?)'],
    ["INSERT INTO t VALUES (1,'a'),(2,'b')", 'INSERT INTO t VALUES (?)'],
    ['SELECT * FROM t1 WHERE a = -1', 'SELECT * FROM t1 WHERE a = - ?'],
    ["SELECT _utf8mb4'x', N'y'", 'SELECT ?'],
    ['SELECT 1e, 2b FROM 3d', 'SELECT 1e , 2b FROM 3d'],
  ])('%s', (sql, text) => {
    expect(normaliseStatement(sql).text).toBe(text);
  });

  it('gives one digest for any literals, case, blanks, comments and quoting of names', () => {
    const digests = ['SELECT a FROM t WHERE b = 1', "select  `a` from t where b='x' /* 7 */"].map(
      (sql) => normaliseStatement(sql).digest,
    );
    expect(new Set(digests).size).toBe(1);
  });

  it('lets no literal through that was cut, and no terminal escape', () => {
    const { text } = normaliseStatement("SELECT '\u001b[31msecret and never closed");
    expect(text).toBe('SELECT ?');
    expect(normaliseStatement('SELECT a\u001b[31m').text).not.toContain('\u001b');
  });

  it('takes a megabyte in a moment', () => {
    const { text } = normaliseStatement(`SELECT ${"'x',".repeat(250_000)} 1`);
    expect(text.length).toBeLessThanOrEqual(4_096);
  });
});

describe('parseVersion', () => {
  it.each([
    ['5.5.5-10.11.19-MariaDB-log', '', 'mariadb', 101_119],
    ['11.8.9-MariaDB-0+deb13u1 from Debian', '', 'mariadb', 110_809],
    ['9.7.4-2', '(Debian)', 'mysql', 90_704],
    ['8.0.36-28', 'Percona Server (GPL)', 'percona', 80_036],
  ])('%s', (version, comment, flavour, versionNumber) => {
    expect(parseVersion(version, comment, undefined)).toMatchObject({ flavour, versionNumber });
  });
});

describe('readOnlyProof', () => {
  it('trusts only privileges that cannot write', () => {
    const monitor = [
      'GRANT PROCESS, REPLICATION CLIENT ON *.* TO `dbvitals`@`%`',
      'GRANT SELECT ON `performance_schema`.* TO `dbvitals`@`%`',
    ];
    expect(readOnlyProof(monitor, true, false).proven).toBe(true);
    expect(readOnlyProof(monitor, false, false).proven).toBe(false);
    for (const grant of [
      'GRANT ALL PRIVILEGES ON *.* TO x',
      'GRANT SELECT, INSERT (a, b) ON `s`.`t` TO x',
      'GRANT `boss` TO x',
    ])
      expect(readOnlyProof([grant], true, false).proven, grant).toBe(false);
  });
});

describe('waitClassOf', () => {
  it.each([
    ['Waiting for table metadata lock', 'lockObject'],
    ['User lock', 'lockApplication'],
    ['User sleep', 'idle'],
    ['Sending data', 'cpu'],
    ['waiting for handler commit', 'logCommit'],
  ])('%s is %s', (state, expected) => {
    expect(waitClassOf('active', state, null)).toBe(expected);
  });
});
