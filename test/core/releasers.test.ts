import { describe, expect, it } from 'vitest';
import { Releasers } from '../../src/core/releasers.js';

describe('Releasers', () => {
  it('releases last in first out, once, also when closed twice at the same time', async () => {
    const order: string[] = [];
    const releasers = new Releasers();
    for (const name of ['connection', 'store', 'host']) releasers.push(() => void order.push(name));
    await Promise.all([releasers.close(), releasers.close()]);
    expect(order).toEqual(['host', 'store', 'connection']);
  });

  it('gives every resource its turn and reports the first failure', async () => {
    const order: string[] = [];
    const releasers = new Releasers();
    releasers.push(() => void order.push('first'));
    releasers.push(() => Promise.reject(new Error('store')));
    await expect(releasers.close()).rejects.toThrow('store');
    expect(order).toEqual(['first']);
  });
});
