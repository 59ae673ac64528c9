import fc from 'fast-check';
import { expect, it } from 'vitest';
import { balance } from '../../src/attribution/balance.js';

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

it('finds the cells when rows and columns leave one way only', () => {
  // The second session cannot have run the first statement, so the first session ran all of it.
  const likely = [
    [1, 1],
    [0, 1],
  ];
  const cells = balance(likely, [10, 6], [4, 12], 200);
  expect(cells[0]?.[0]).toBeCloseTo(4, 0);
  expect(cells[1]?.[0]).toBe(0);
  expect(cells[1]?.[1]).toBeCloseTo(6, 9);
});

it('lets an estimate give way that no session can have caused', () => {
  // Both sessions run one statement each; the counters claim the opposite of what was measured.
  const likely = [
    [1, 1e-6],
    [1e-6, 1],
  ];
  const [first, second] = balance(likely, [9, 1], [1, 9], 10);
  // Met exactly, the estimate would leave 1 of the 9.
  expect(first?.[0]).toBeGreaterThan(5);
  expect(second?.[1]).toBeGreaterThan(0.9);
});

it('ends with what each session was measured to use, whatever the estimates say', () => {
  const positive = fc.double({ min: 0.01, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(positive, positive, positive), { minLength: 1, maxLength: 6 }),
      fc.tuple(positive, positive),
      (rows, columns) => {
        const totals = rows.map(([total]) => total);
        const cells = balance(
          rows.map(([, a, b]) => [a, b]),
          totals,
          columns,
          10,
        );
        for (const [r, row] of cells.entries()) expect(sum(row) / (totals[r] as number)).toBeCloseTo(1, 9);
      },
    ),
  );
});
