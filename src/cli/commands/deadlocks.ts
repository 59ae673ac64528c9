import { DbvitalsError } from '../../core/errors.js';
import type { DeadlockKind } from '../../core/lock-samples.js';
import { DEADLOCK_KINDS } from '../../core/monitor-options.js';
import { deadlocksLines } from '../../render/locks/deadlocks.js';
import { type CommandContext, oneTarget, print, printJson } from '../context.js';
import { judge, type Severity } from '../judge.js';
import { withMonitor } from '../with-monitor.js';

interface Flags {
  readonly since: string;
  readonly until?: string;
  readonly kind?: string;
  readonly limit: string;
  readonly sample: string;
  readonly failOn?: Severity;
}

export async function deadlocks(
  context: CommandContext,
  [name]: readonly string[],
  flags: Flags,
): Promise<void> {
  const target = await oneTarget(context, name);
  const kinds = flags.kind === undefined ? DEADLOCK_KINDS : kindsOf(flags.kind);
  const limit = countOf(flags.limit);
  await withMonitor(context, target, { sample: flags.sample }, async (monitor) => {
    const report = await monitor.getDeadlocks({
      database: target.name,
      since: flags.since,
      kinds,
      limit,
      ...(flags.until === undefined ? {} : { until: flags.until }),
    });
    if (context.options.json) printJson(report);
    else print(deadlocksLines(report, context.width, context.style));
    judge(report.findings, flags.failOn);
  });
}

function kindsOf(text: string): readonly DeadlockKind[] {
  return text.split(',').map((each) => {
    const kind = DEADLOCK_KINDS.find((known) => known === each.trim());
    if (kind === undefined)
      throw new DbvitalsError('USAGE', `--kind: there is no kind "${each.trim().slice(0, 40)}"`, {
        remedy: `kinds: ${DEADLOCK_KINDS.join(', ')}`,
      });
    return kind;
  });
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new DbvitalsError('USAGE', `--limit: "${text.slice(0, 40)}" is no count`);
  return count;
}
