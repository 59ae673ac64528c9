import { expect, it } from 'vitest';
import { Counted } from '../../src/attribution/counted.js';
import { delta } from './rows.js';

it('sums readings by statement, and is empty once taken', () => {
  const counted = new Counted();
  expect(counted.take()).toBeNull();
  counted.add([delta('a', 2, 30), delta('b', 1, 5)]);
  counted.add([delta('a', 3, 40)]);
  const sums = counted.take()?.map(({ digest, calls, execMs }) => [digest, calls, execMs]);
  expect(sums).toEqual([
    ['a', 5, 70],
    ['b', 1, 5],
  ]);
  expect(counted.take()).toBeNull();
});

it('tells a reading in which nothing ran from none', () => {
  const counted = new Counted();
  counted.add([]);
  expect(counted.take()).toEqual([]);
});

it('does not change what it was given', () => {
  const counted = new Counted();
  const first = delta('a', 2, 30);
  counted.add([first]);
  counted.add([delta('a', 3, 40)]);
  expect(first.calls).toBe(2);
});
