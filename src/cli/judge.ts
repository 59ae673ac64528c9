import type { Finding } from '../core/report.js';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `--fail-on`: exit code 1 when something found is as severe as that, or more. */
export function judge(findings: readonly Pick<Finding, 'severity'>[], failOn: Severity | undefined): void {
  if (failOn === undefined) return;
  const least = SEVERITIES.indexOf(failOn);
  if (findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= least)) process.exitCode = 1;
}
