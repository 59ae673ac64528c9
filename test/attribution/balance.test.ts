import fc from 'fast-check';
import { expect, it } from 'vitest';
import { balance } from '../../src/attribution/balance.js';

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

it('finds the cells when rows and columns leave one way only', () => {
  // The second session cannot have run the first statement, so the first session ran all of it.
  const cells = [
    [1, 1],
    [0, 1],
  ];
  balance(cells, [10, 6], [4, 12], 200);
  expect(cells.flat().map((cell) => Math.round(cell * 1e3) / 1e3)).toEqual([4, 6, 0, 6]);
});

it('ends with what each session was measured to use, whatever the estimates say', () => {
  const positive = fc.double({ min: 0.01, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(positive, positive, positive), { minLength: 1, maxLength: 6 }),
      fc.tuple(positive, positive),
      (rows, columns) => {
        const cells = rows.map(([, a, b]) => [a, b]);
        balance(
          cells,
          rows.map(([total]) => total),
          columns,
          10,
        );
        for (const [r, row] of cells.entries()) expect(sum(row) / (rows[r]?.[0] ?? 0)).toBeCloseTo(1, 9);
      },
    ),
  );
});
