import { describe, expect, it } from 'vitest';
import { KeyOrders } from '../../../../src/analysis/locks/deadlocks/key-order.js';
import type { HeldRow, Party, Wait } from '../../../../src/analysis/locks/deadlocks/party.js';
import { edge } from './readings.js';

let number = 0;

/** A transaction that has these rows of a table, each before or after the one that it waits for, and `gates` of another. */
function wait(held: Record<string, HeldRow['side']>, gates: readonly string[] = []): Wait {
  number += 1;
  const rows = new Map<string, HeldRow>([
    ...Object.entries(held).map(
      ([key, side]) => [key, { mode: 'X,REC_NOT_GAP', name: 'shop.a', side }] as const,
    ),
    ...gates.map((key) => [key, { mode: 'X,REC_NOT_GAP', name: 'shop.gate', side: null }] as const),
  ]);
  const waiter = {
    key: `t${number}`,
    rows,
    past: ['debit'],
    session: { digest: 'credit' },
  } as unknown as Party;
  const made = edge('1', '2', 0);
  const resource = { ...made.resource, kind: 'row' as const, key: `row:wanted${number}`, relation: 'shop.a' };
  return { edge: { ...made, resource }, waiter, holder: waiter, name: 'shop.a' };
}

function probabilityOf(waits: readonly Wait[]): number {
  const orders = new KeyOrders();
  for (const each of waits) orders.add(each);
  return orders.probability('shop.a');
}
const row = () => `row${Math.random()}`;
const up = (gates: readonly string[] = []) => wait({ [row()]: 'before' }, gates);
const down = (gates: readonly string[] = []) => wait({ [row()]: 'after' }, gates);

describe('the side on which what a waiter has lies', () => {
  it('is both where keys are taken as they come', () => {
    expect(probabilityOf([up(), down(), up(), down()])).toBeGreaterThan(0.9);
  });

  it('is one where all agree, whichever it is', () => {
    expect(probabilityOf(Array.from({ length: 100 }, () => up()))).toBe(0);
    expect(probabilityOf(Array.from({ length: 100 }, () => down()))).toBe(0);
    expect(probabilityOf([...Array.from({ length: 50 }, () => up()), down()])).toBeLessThan(0.01);
  });

  it('is of no account for a row that all take first', () => {
    const hot = () => [wait({ hot: 'before' }), wait({ hot: 'after' })];
    expect(probabilityOf(Array.from({ length: 20 }, hot).flat())).toBe(0);
  });

  it('is of no account among transactions that one gate keeps apart', () => {
    expect(probabilityOf([up(['g']), down(['g']), up(['g']), down(['g'])])).toBe(0);
    expect(probabilityOf([up(['g']), down(['h']), up(['g']), down(['h'])])).toBeGreaterThan(0.9);
  });

  it('of one transaction is counted once, however often it is seen', () => {
    const [one, other] = [up(), down()];
    expect(probabilityOf([one, one, one, other, other, other])).toBeLessThan(0.9);
  });

  it('names the statements of one of them', () => {
    const orders = new KeyOrders();
    expect(orders.add(up())).toBe(true);
    expect(orders.add(wait({ gap: null }))).toBe(false);
    expect(orders.statementsOf('shop.a')).toEqual(['debit', 'credit']);
  });
});
