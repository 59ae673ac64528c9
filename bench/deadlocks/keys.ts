import type { MixTemplate } from './mixes.js';

/** Four keys as the template draws them, and at place 7 one that nobody else has. */
export function keysOf({ keys }: MixTemplate, rows: number, random: () => number, unique: number): number[] {
  const half = Math.floor(rows / 2);
  const from = keys === 'high' ? half : 0;
  const range = keys === 'low' || keys === 'high' ? half : rows;
  const picked: number[] = [];
  while (picked.length < 4) {
    const key = from + Math.floor(random() * range);
    if (!picked.includes(key)) picked.push(key);
  }
  if (keys === 'sorted') picked.splice(0, 2, ...picked.slice(0, 2).sort((a, b) => a - b));
  if (keys === 'hotFirst') picked[0] = -1;
  if (keys === 'same') picked.fill(picked[0] as number);
  return [...picked, 0, 0, 0, unique];
}
