import type { ReportedDeadlock } from '../../../core/lock-analyst.js';
import { redactLiterals } from '../redact.js';

const WAITS = /^Process (\d+) waits for (\w+) on (.+); blocked by process (\d+)\.$/;
const RUNS = /^Process (\d+): (.*)$/;

/**
 * The DETAIL of SQLSTATE 40P01 (src/backend/storage/lmgr/deadlock.c, DeadLockReport): who waits for what, then what each
 * runs. The first is the one that found the cycle and was ended. Null where it is something else.
 */
export function deadlockOf(detail: string, atMs: number, source: string): ReportedDeadlock | null {
  const waits: RegExpExecArray[] = [];
  const statements = new Map<string, string>();
  let speaking: string | null = null;
  for (const line of detail.split('\n')) {
    const wait = speaking === null ? WAITS.exec(line) : null;
    const [, pid = '', text = ''] = RUNS.exec(line) ?? [];
    if (wait !== null) waits.push(wait);
    else if (waits.some(([, waiter]) => waiter === pid)) {
      speaking = pid;
      statements.set(pid, text);
    } else if (speaking !== null) statements.set(speaking, `${statements.get(speaking)}\n${line}`);
  }
  if (waits.length === 0) return null;
  return {
    atMs,
    source,
    victimId: waits[0]?.[1] ?? null,
    parties: waits.map(([, pid = '', mode = '', on = '']) => ({
      sessionId: pid,
      digest: null,
      text: statements.has(pid) ? redactLiterals(statements.get(pid) as string) : null,
      waitsFor: keyOf(on),
      mode,
    })),
  };
}

/** DescribeLockTag's words as keys of LockResource; what has no key there stays as it is told. */
function keyOf(on: string): string {
  const numbers = on.match(/\d+/g) ?? [];
  const [a, b, c, d] = numbers;
  if (/^transaction \d/.test(on)) return `transactionid:${a}`;
  if (/^virtual transaction /.test(on)) return `virtualxid:${a}/${b}`;
  if (/^relation /.test(on)) return `relation:${b}:${a}`;
  if (/^extension of relation /.test(on)) return `extend:${b}:${a}`;
  if (/^tuple /.test(on)) return `row:${d}:${c}:(${a},${b})`;
  if (/^page /.test(on)) return `page:${c}:${b}:${a}`;
  if (/^advisory lock /.test(on)) return `advisory:${numbers.join(':')}`;
  return redactLiterals(on);
}
