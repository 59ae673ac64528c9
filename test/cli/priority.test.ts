import { expect, it } from 'vitest';
import { Favour, niceFor } from '../../src/cli/priority.js';

it('asks for no more favour than the crowd makes necessary', () => {
  expect([0, 3, 5, 20, 60, 500].map(niceFor)).toEqual([0, 0, -5, -10, -15, -20]);
});

it('goes up at once, and down when it has been quiet for half a minute', () => {
  const favour = new Favour();
  expect(favour.next(2, 0)).toBe(0);
  expect(favour.next(500, 1_000)).toBe(-20);
  expect(favour.next(2, 30_000)).toBe(-20);
  expect(favour.next(6, 31_500)).toBe(-5);
  expect(favour.next(1, 62_000)).toBe(0);
});
