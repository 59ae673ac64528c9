import { describe, expect, it } from 'vitest';
import { withDeadline } from '../../src/core/deadline.js';

const never = () => new Promise<never>(() => {});

describe('withDeadline', () => {
  it('returns what the work returns', async () => {
    await expect(withDeadline('probe', 1000, new AbortController().signal, async () => 7)).resolves.toBe(7);
  });

  it('gives up on work that ignores its signal, and names the operation', async () => {
    await expect(
      withDeadline('sessions on prod', 20, new AbortController().signal, never),
    ).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('sessions on prod'),
    });
  });

  it('aborts the signal of the work when the caller aborts', async () => {
    const caller = new AbortController();
    let seen: AbortSignal | undefined;
    const running = withDeadline('probe', 10_000, caller.signal, (signal) => {
      seen = signal;
      return never();
    });
    caller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
    expect(seen?.aborted).toBe(true);
  });

  it('does not start when already aborted', async () => {
    let started = false;
    const work = async () => {
      started = true;
    };
    await expect(withDeadline('probe', 1000, AbortSignal.abort(new Error('gone')), work)).rejects.toThrow(
      'gone',
    );
    expect(started).toBe(false);
  });

  it('leaves no timer behind', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await withDeadline('probe', 60_000, new AbortController().signal, async () => 1);
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(before);
  });
});
