import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProbeTick } from '../../../../src/core/probe.js';
import { parseDeadlock } from '../../../../src/engines/mysql/deadlocks/parse.js';
import { deadlocks } from '../../../../src/engines/mysql/probes/deadlocks.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const recorded = readdirSync(FIXTURES);
const read = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');

/** As MySQL 5.7's manual and MariaDB 10.5 print it: no held lock of the first party, 0x for the thread. */
const OLDER = (thread: string, end: string) => `=====================================
2026-11-25 20:00:09 0x7f3c INNODB MONITOR OUTPUT
=====================================
------------------------
LATEST DETECTED DEADLOCK
------------------------
2026-11-25 20:00:02 0x7f3c2c0c3700
*** (1) TRANSACTION:
TRANSACTION 2813, ACTIVE 15 sec starting index read
mysql tables in use 1, locked 1
LOCK WAIT 3 lock struct(s), heap size 1136, 2 row lock(s), undo log entries 1
${thread} 4, OS thread handle 140306447664896, query id 51 localhost root updating
UPDATE \`odd \`\`name\` SET v = 'secret
*** not the end' WHERE id = 7
*** (1) WAITING FOR THIS LOCK TO BE GRANTED:
RECORD LOCKS space id 24 page no 3 n bits 72 index by_v of table \`shop\`.\`odd \`\`name\` /* Partition \`p0\` */ trx id 2813 lock_mode X locks gap before rec insert intention waiting
Record lock, heap no 3 PHYSICAL RECORD: n_fields 4; compact format; info bits 0
 0: len 4; hex 80000002; asc     ;;

*** (2) TRANSACTION:
TRANSACTION 2814, ACTIVE 12 sec setting auto-inc lock
mysql tables in use 1, locked 1
3 lock struct(s), heap size 1136, 2 row lock(s), undo log entries 1
${thread} 5, OS thread handle 140306447394560, query id 52 10.0.0.1 joe smith updating
INSERT INTO serial SELECT 1
*** (2) HOLDS THE LOCK(S):
RECORD LOCKS space id 24 page no 3 n bits 72 index by_v of table \`shop\`.\`odd \`\`name\` trx id 2814 lock_mode X
*** (2) WAITING FOR THIS LOCK TO BE GRANTED:
TABLE LOCK table \`shop\`.\`serial\` trx id 2814 lock mode AUTO-INC waiting
*** ${end}
------------
TRANSACTIONS
------------
Trx id counter 2815
`;
const tick = (flavour: string, versionNumber = 0): ProbeTick => ({
  instance: 'i',
  facts: { flavour, versionNumber } as ProbeTick['facts'],
  atMs: 100_000,
  waiterIds: [],
  activeIds: [],
});

describe('deadlocks in the status of InnoDB', () => {
  it.each(recorded)('%s', (name) => {
    const found = parseDeadlock(read(name));
    const parties = /three/.test(name) ? 3 : 2;
    expect(found?.parties).toHaveLength(parties);
    expect(found?.victim).not.toBeNull();
    for (const { sessionId, statement, waitsFor } of found?.parties ?? []) {
      expect(sessionId).toMatch(/^\d+$/);
      expect(statement).toMatch(/^(update|insert) [^\n]*pay[^\n]*$/);
      expect(waitsFor).toMatchObject({ database: 'shop', relation: 'shop.pay', index: 'PRIMARY' });
      expect(waitsFor?.mode).toMatch(/gap/.test(name) ? /^X.*INSERT_INTENTION$/ : /^X,REC_NOT_GAP$/);
    }
  });

  it.each(['MySQL thread id', 'MariaDB thread id'])('an older dialect: %s', (thread) => {
    const found = parseDeadlock(OLDER(thread, 'WE ROLL BACK TRANSACTION (1)'));
    expect(found).toMatchObject({ at: '2026-11-25 20:00:02', printedAt: '2026-11-25 20:00:09', victim: 0 });
    expect(found?.parties.map(({ sessionId, waitsFor }) => [sessionId, waitsFor])).toEqual([
      ['4', { database: 'shop', relation: 'shop.odd `name', index: 'by_v', mode: 'X,GAP,INSERT_INTENTION' }],
      ['5', { database: 'shop', relation: 'shop.serial', index: null, mode: 'AUTO_INC' }],
    ]);
  });

  it('does not name a victim that the server does not', () => {
    expect(parseDeadlock(OLDER('MariaDB thread id', 'WE ROLL BACK TRANSACTION (0)'))?.victim).toBeNull();
  });

  it('finds none where there was none, and none in half a report', () => {
    expect(parseDeadlock('=====\n2026-11-25 20:00:09 0x7f INNODB MONITOR OUTPUT\n')).toBeNull();
    expect(parseDeadlock(OLDER('MySQL thread id', '').replaceAll('thread id', 'fibre'))).toBeNull();
  });

  it('lets no literal through, and tells the age by the clock that printed it', () => {
    const rows = [{ Status: OLDER('MySQL thread id', 'WE ROLL BACK TRANSACTION (1)') }];
    const { reported = [] } = deadlocks.toRecords(rows, tick('mysql'));
    expect(reported[0]).toMatchObject({ atMs: 93_000, victimId: '4' });
    expect(reported[0]?.parties[0]).toMatchObject({
      digest: null,
      text: 'UPDATE odd `name SET v = ? WHERE id = ?',
    });
    expect(JSON.stringify(reported)).not.toContain('secret');
    const mariadb = deadlocks.toRecords(rows, tick('mariadb')).reported;
    expect(mariadb?.[0]?.parties[0]?.digest).toMatch(/^t:/);
  });

  it.each([
    ['mysql', 50_744, '4'],
    ['mariadb', 101_119, '5'],
    ['mariadb', 110_404, null],
    ['mariadb', 110_809, '4'],
  ])('%s %i: the victim that it means', (flavour, version, victim) => {
    const rows = [{ Status: OLDER('MariaDB thread id', 'WE ROLL BACK TRANSACTION (1)') }];
    expect(deadlocks.toRecords(rows, tick(flavour, version)).reported?.[0]?.victimId).toBe(victim);
  });
});
