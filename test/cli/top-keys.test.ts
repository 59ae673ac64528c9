import { expect, it } from 'vitest';
import { keysOf, pressed } from '../../src/cli/commands/top.js';
import type { TopState } from '../../src/render/top.js';

const start: TopState = {
  sort: 'cpu',
  filter: '',
  typing: false,
  paused: false,
  background: false,
  help: false,
};
const after = (...chunks: string[]) =>
  chunks
    .flatMap(keysOf)
    .reduce<TopState | null>((state, key) => (state === null ? null : pressed(state, key)), start);

it('takes keys that come together one by one', () => {
  expect(after('/app-3\rx')).toMatchObject({ filter: 'app-3', typing: false, sort: 'xact' });
  expect(after('/übér\u007f\r')).toMatchObject({ filter: 'übé' });
  expect(after('/abc', '\u001b')).toMatchObject({ filter: '', typing: false });
  expect(after('mb q')).toBeNull();
});

it('takes an arrow for one key, which does nothing', () => {
  expect(keysOf('\u001b[A\u001bOBm')).toEqual(['\u001b[A', '\u001bOB', 'm']);
  expect(after('/a\u001b[Db\r')).toMatchObject({ filter: 'ab' });
  expect(after('/a\r', '\u001b[C')).toMatchObject({ filter: 'a' });
});
