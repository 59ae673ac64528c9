import { describe, expect, it } from 'vitest';
import { statedBy } from '../../../src/engines/mysql/named-row.js';

const rowOf = (sql: string, schema: string | null = 'shop') => {
  const { row } = statedBy(sql, schema);
  return row === null ? null : `${row.relation} ${[...row.columns].map(([k, v]) => `${k}=${v}`).join(' ')}`;
};

describe('the row that a statement names', () => {
  it.each([
    ['UPDATE stock SET quantity = quantity - 5 WHERE id = 17', 'shop.stock id=17'],
    [
      'update `wh`.`stock` as s set s.q = 1 where s.`w_id` = 3 and s.i_id = -9 limit 1;',
      'wh.stock w_id=3 i_id=-9',
    ],
    ["/* app:checkout */ DELETE FROM carts WHERE token = 'Ab-9'", 'shop.carts token=ab-9'],
    ['SELECT balance FROM accounts WHERE id = 5 FOR UPDATE', 'shop.accounts id=5'],
    ["INSERT IGNORE INTO names (id, word) VALUES (7, 'x')", 'shop.names id=7 word=x'],
    ['UPDATE t SET v = (SELECT max(v) FROM u WHERE id = 3) WHERE id = 4', 'shop.t id=4'],
  ])('%s', (sql, row) => {
    expect(rowOf(sql)).toBe(row);
  });

  it.each([
    'UPDATE stock SET q = 1 WHERE id = ?',
    'UPDATE stock SET q = 1 WHERE id = 17 OR id = 18',
    'UPDATE stock SET q = 1 WHERE id IN (17, 18)',
    'UPDATE stock SET q = 1 WHERE id > 17',
    'UPDATE stock SET q = 1 WHERE id = abs(-17)',
    'UPDATE stock SET q = 1 WHERE id = 17 + 1',
    'UPDATE stock SET q = 1 WHERE id = 17 AND',
    'UPDATE stock SET q = 1',
    'UPDATE stock JOIN items USING (id) SET q = 1 WHERE id = 17',
    'UPDATE stock, items SET q = 1 WHERE id = 17',
    'SELECT 1 FROM stock WHERE id = 17 FOR UPDATE SKIP LOCKED',
    'SELECT 1 FROM stock WHERE id = 17 LOCK IN SHARE MODE',
    'INSERT INTO names (id) VALUES (7), (8)',
    'INSERT INTO names VALUES (7)',
    'INSERT INTO names (id) SELECT 7',
    "UPDATE stock SET q = 1 WHERE name = 'über'",
    'UPDATE stock SET q = 1 WHERE price = 1.5',
    "UPDATE stock SET q = '",
    '',
    `UPDATE stock SET q = '${'x'.repeat(600)}' WHERE id = 17`,
  ])('none: %s', (sql) => {
    expect(rowOf(sql)).toBeNull();
  });

  it('is unknown without a schema', () => {
    expect(rowOf('UPDATE t SET v = 1 WHERE id = 4', null)).toBeNull();
  });

  it('is kept as a hash, the same for the same row whatever the text', () => {
    const [a, b] = [
      statedBy('UPDATE t SET v = 1 WHERE id = 4242', 'shop'),
      statedBy('DELETE FROM shop.t WHERE `id`=4242', null),
    ];
    expect(a.row?.key).toBe(b.row?.key);
    expect(a.row?.key).not.toContain('4242');
  });

  it('tells reads that lock nothing', () => {
    for (const sql of ['SELECT * FROM t WHERE id = 4', '/* app */ select 1', 'SET @a = 1', 'SAVEPOINT s'])
      expect(statedBy(sql, 'shop').plainRead).toBe(true);
    for (const sql of [
      'SELECT * FROM t FOR SHARE',
      'SELECT GET_LOCK(7, 1)',
      'CALL p()',
      'LOCK TABLES t READ',
      `SELECT '${'x'.repeat(600)}'`,
    ])
      expect(statedBy(sql, 'shop')).toMatchObject({ row: null, plainRead: false });
  });
});
