import type { Finding, Limit, Overhead, Report } from '../core/report.js';
import { formatBytes, formatMs, UNKNOWN } from './format.js';
import { plain } from './plain.js';
import { wrap } from './wrap.js';

/** How emphasis is shown: colours on a terminal, nothing in a pipe. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

export const plainStyle: Style = { bold: same, dim: same, red: same, yellow: same, green: same };

function same(text: string): string {
  return text;
}

/** First line of a report: what, where, when. */
export function titleLine(title: string, report: Report<unknown>, style: Style): string {
  const { window } = report;
  const when =
    window === null
      ? ''
      : `  ${window.from.slice(0, 19)}Z to ${endOf(window)}Z, ${window.samples} ticks${missed(window.missedTicks)}`;
  return `${style.bold(title)}  ${plain(report.instance ?? '')}${style.dim(when)}`;
}

/** Without the day where it is that of the beginning. */
function endOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return to.slice(from.slice(0, 10) === to.slice(0, 10) ? 11 : 0, 19);
}

export function overheadLine(overhead: Overhead | null): string {
  if (overhead === null) return '';
  return `monitor's own cost: ${formatMs(overhead.cpuMs)} CPU here, ${overhead.serverCpuMs === null ? UNKNOWN : formatMs(overhead.serverCpuMs)} in the server`;
}

export function limitLines(limits: readonly Limit[], width: number, style: Style): string[] {
  if (limits.length === 0) return [];
  return [
    '',
    style.bold('Not known'),
    ...limits.flatMap(({ capability, reason, remedy }) => [
      ...indented('  ', `${capability}: ${plain(reason)}`, width),
      // A statement or command that is to be copied stays on one line.
      ...(remedy === null ? [] : [style.dim(`    remedy: ${plain(remedy)}`)]),
    ]),
  ];
}

/** Below the severity stands nothing. */
const INDENT = ' '.repeat(9);
const RANK = { critical: 0, warning: 1, info: 2 } as const;

export function findingLines(findings: readonly Finding[], width: number, style: Style): string[] {
  if (findings.length === 0) return [];
  const sorted = [...findings].sort(
    (a, b) => RANK[a.severity] - RANK[b.severity] || b.confidence - a.confidence,
  );
  return ['', style.bold('Findings'), ...sorted.flatMap((finding) => oneFinding(finding, width, style))];
}

function oneFinding(finding: Finding, width: number, style: Style): string[] {
  const colour =
    finding.severity === 'critical' ? style.red : finding.severity === 'warning' ? style.yellow : style.green;
  const evidence = finding.evidence
    .map(({ what, value, unit }) => `${what} ${measure(value, unit)}`)
    .join('; ');
  const [title = '', ...more] = wrap(plain(finding.title), width - INDENT.length);
  return [
    `${colour(finding.severity.padEnd(INDENT.length - 1))} ${title}`,
    ...more.map((line) => INDENT + line),
    ...indented(INDENT, `${plain(evidence)} (confidence ${finding.confidence})`, width).map(style.dim),
    ...indented(INDENT, plain(finding.advice), width),
  ];
}

function indented(indent: string, text: string, width: number): string[] {
  return wrap(text, width - indent.length).map((line) => indent + line);
}

/** As a person reads it; `--json` has the number itself. */
function measure(value: string | number, unit: string): string {
  if (typeof value === 'number' && unit === 'bytes') return formatBytes(value);
  if (typeof value === 'number' && unit === 'ms') return formatMs(value);
  return unit === '' ? String(value) : `${value} ${unit}`;
}

function missed(ticks: number): string {
  return ticks === 0 ? '' : ` (${ticks} missed)`;
}
