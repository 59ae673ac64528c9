import { describe, expect, it } from 'vitest';
import type { InstanceFacts } from '../../../../src/core/facts.js';
import { parseLog } from '../../../../src/engines/mysql/log/parse.js';

const NOW = Date.parse('2026-11-26T06:00:00Z');
const facts = (flavour: 'mysql' | 'mariadb', versionNumber: number) =>
  ({ flavour, versionNumber, settings: {} }) as unknown as InstanceFacts;
const MYSQL = facts('mysql', 90_704);

const row = (heap: number) =>
  `Record lock, heap no ${heap} PHYSICAL RECORD: n_fields 2; compact format; info bits 0\n 0: len 4; hex 80000001; asc     ;;\n`;
const lock = (trx: number, heap: number, waiting: boolean) =>
  `RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table \`shop\`.\`orders\` trx id ${trx} lock_mode X locks rec but not gap${waiting ? ' waiting' : ''}\n${row(heap)}\n`;
const begins = (
  trx: number,
  thread: number,
  text = "UPDATE orders SET n = 'top\nTRANSACTION 9, ACTIVE' WHERE id = 2",
) =>
  `TRANSACTION ${trx}, ACTIVE 0 sec starting index read\nmysql tables in use 1, locked 1\nLOCK WAIT 3 lock struct(s), heap size 1128, 2 row lock(s), undo log entries 1\nMySQL thread id ${thread}, OS thread handle 140392873248448, query id 49 localhost 127.0.0.1 root updating\n${text}\n`;
/** As MySQL 9.7 prints it at log_error_verbosity=2. */
const bare = (trx: number, thread: number, holds: number, waits: number) =>
  begins(trx, thread) + lock(trx, holds, false) + lock(trx, waits, true);
const foreign = "2026-11-26T05:12:15.221400Z 9 [Warning] [MY-013360] [Server] Plugin said: 'hello'\n";

const headed =
  (time: string, style: (words: string) => string) =>
  (parties: readonly (readonly [number, number, number, number])[], victim: number) =>
    style(`${time}Transactions deadlock detected, dumping detailed information.`) +
    parties
      .map(
        ([trx, thread, holds, waits], index) =>
          style(`${time}*** (${index + 1}) TRANSACTION: `) +
          begins(trx, thread) +
          style(`${time}*** (${index + 1}) HOLDS THE LOCK(S): `) +
          lock(trx, holds, false) +
          style(`${time}*** (${index + 1}) WAITING FOR THIS LOCK TO BE GRANTED: `) +
          lock(trx, waits, true),
      )
      .join('') +
    style(`${time}*** WE ROLL BACK TRANSACTION (${victim}) `);
/** MySQL 9.7 at log_error_verbosity=3. */
const verbose = headed(
  '2026-11-26T05:12:15.221630Z 0 [Note] [MY-012469] [InnoDB]  ',
  (words) => `${words}\n`,
);
/** MariaDB 10.11 and 11.8: what the other one holds is printed too. */
const NOTE = '2026-11-26  5:09:28 11 [Note] InnoDB: ';
const mariadb = (parties: readonly (readonly [number, number, number, number, number])[], victim: number) =>
  `${NOTE}Transactions deadlock detected, dumping detailed information.\n${parties
    .map(
      ([trx, thread, waits, other], index) =>
        `${NOTE}\n*** (${index + 1}) TRANSACTION:\n\n${begins(trx, thread).replace('MySQL', 'MariaDB')}${NOTE}*** WAITING FOR THIS LOCK TO BE GRANTED:\n\n${lock(trx, waits, true)}${NOTE}*** CONFLICTING WITH:\n\n${lock(other, waits, false)}`,
    )
    .join('')}${NOTE}*** WE ROLL BACK TRANSACTION (${victim})\n\n`;

const told = (text: string, of = MYSQL) =>
  parseLog(text, NOW, of).deadlocks.map(({ atMs, victimId, parties }) => ({
    atMs,
    victimId,
    ids: parties.map(({ sessionId }) => sessionId),
  }));

describe('deadlocks in the error log', () => {
  const AT = Date.parse('2026-11-26T05:12:15.221630Z');
  const pair = bare(1, 25, 2, 3) + bare(2, 26, 3, 2);
  const ring = bare(3, 31, 2, 3) + bare(4, 32, 3, 4) + bare(5, 33, 4, 2);

  it('of MySQL without headings are told apart by who waits for whom; time and victim are not told', () => {
    expect(told(pair + ring + foreign + pair)).toEqual([
      { atMs: NOW, victimId: null, ids: ['25', '26'] },
      { atMs: NOW, victimId: null, ids: ['31', '32', '33'] },
      { atMs: NOW, victimId: null, ids: ['25', '26'] },
    ]);
  });

  it('of MySQL with headings have their time and victim', () => {
    const parties = [
      [1, 25, 2, 3],
      [2, 26, 3, 2],
    ] as const;
    expect(told(verbose(parties, 2) + foreign + verbose(parties, 1))).toEqual([
      { atMs: AT, victimId: '26', ids: ['25', '26'] },
      { atMs: AT, victimId: '25', ids: ['25', '26'] },
    ]);
  });

  it('of MariaDB have the victim that it means', () => {
    const text = mariadb(
      [
        [40, 29, 2, 39, 0],
        [39, 28, 3, 40, 0],
      ],
      1,
    );
    expect(told(text, facts('mariadb', 110_809))).toMatchObject([{ victimId: '29', ids: ['29', '28'] }]);
    expect(told(text, facts('mariadb', 101_119))).toMatchObject([{ victimId: '28' }]);
  });

  it('have no literal, and the lock that was waited for', () => {
    const [deadlock] = parseLog(pair, NOW, MYSQL).deadlocks;
    expect(deadlock?.source).toBe('error log');
    for (const party of deadlock?.parties ?? [])
      expect(party).toMatchObject({
        text: 'UPDATE orders SET n = ? WHERE id = ?',
        waitsFor: 'shop.orders',
        mode: 'X,REC_NOT_GAP',
      });
  });

  it.each([
    ['bare', pair + ring],
    [
      'verbose',
      verbose(
        [
          [1, 25, 2, 3],
          [2, 26, 3, 2],
        ],
        2,
      ) +
        verbose(
          [
            [3, 31, 2, 3],
            [4, 32, 3, 2],
          ],
          1,
        ),
    ],
  ])('are the same wherever a look at the log cuts it: %s', (_, text) => {
    const lines = text.split('\n');
    const whole = told(text);
    for (let cut = 1; cut < lines.length; cut += 1) {
      const first = parseLog(`${lines.slice(0, cut).join('\n')}\n`, NOW, MYSQL);
      const second = parseLog(first.rest + lines.slice(cut).join('\n'), NOW, MYSQL);
      expect(
        [...first.deadlocks, ...second.deadlocks].map(({ parties }) =>
          parties.map(({ sessionId }) => sessionId),
        ),
        `cut at line ${cut}`,
      ).toEqual(whole.map(({ ids }) => ids));
    }
  });

  it('are nothing in a log of other things', () => {
    expect(parseLog(foreign.repeat(3), NOW, MYSQL)).toEqual({ deadlocks: [], rest: '' });
    expect(parseLog('SHOW ENGINE TRANSACTION\nTRANSACTIONS\n', NOW, MYSQL)).toEqual({
      deadlocks: [],
      rest: '',
    });
  });
});
