import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A load's side of record(): connected, it waits for `go`, and says when its last statement has ended after `stop`. */
export async function obey(run: (busy: () => boolean) => Promise<unknown>): Promise<void> {
  const input = createInterface({ input: process.stdin });
  console.log('ready');
  await once(input, 'line');
  let busy = true;
  input.once('line', () => {
    busy = false;
  });
  await run(() => busy);
  console.log('done');
  await once(input, 'close');
  process.exit(0);
}
