import type { DiscoverReport, DoctorReport } from '../core/instance-report.js';
import { formatBytes, formatPercent, formatSeconds, UNKNOWN } from './format.js';
import { plain } from './plain.js';
import type { Style } from './report-lines.js';
import { renderTable } from './table.js';

export function discoverLines(report: DiscoverReport, width: number, style: Style): string[] {
  if (report.items.length === 0) return ['no database server was found among the processes of this host'];
  const now = Date.parse(report.generatedAt);
  const [header = '', ...rows] = renderTable(
    [
      { title: 'engine' },
      { title: 'version' },
      { title: 'PID', align: 'right' },
      { title: 'port', align: 'right' },
      { title: 'up', align: 'right' },
      { title: 'processes', align: 'right' },
      { title: 'memory', align: 'right' },
      { title: 'CPU %', align: 'right' },
      { title: 'container' },
      { title: 'data directory', flexible: true },
    ],
    report.items.map((item) => [
      item.name === null ? item.flavour : `${item.flavour} ${plain(item.name)}`,
      item.version ?? UNKNOWN,
      String(item.pid),
      item.port === null ? UNKNOWN : String(item.port),
      formatSeconds((now - Date.parse(item.startedAt)) / 1000),
      String(item.processes),
      formatBytes(item.residentBytes),
      formatPercent(item.cpuPercent),
      item.container ?? '',
      item.dataDirectory ?? UNKNOWN,
    ]),
    width,
  );
  return [style.bold(header), ...rows];
}

export function doctorLines(report: DoctorReport, _width: number, style: Style): string[] {
  const mark = (good: boolean) => (good ? style.green('yes') : style.yellow('no '));
  return [
    `${style.bold(plain(report.instance ?? ''))}  ${report.engine} ${plain(report.version)}`,
    `  local      ${mark(report.local.proven)}  ${plain(report.local.how)}`,
    `  read-only  ${mark(report.readOnly.proven)}  ${plain(report.readOnly.reason)}`,
    ...(report.readOnly.remedy === null
      ? []
      : [style.dim(`                  remedy: ${plain(report.readOnly.remedy)}`)]),
    `  clock      server minus here: ${report.clockOffsetMs.toFixed(1)} ms`,
    '',
    ...report.items.flatMap((item) => [
      `  ${mark(item.available)}  ${item.capability}${item.reason === null ? '' : `: ${plain(item.reason)}`}`,
      ...(item.remedy === null ? [] : [style.dim(`         remedy: ${plain(item.remedy)}`)]),
    ]),
  ];
}
