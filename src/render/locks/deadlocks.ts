import type { DeadlockItem, DeadlockPartyItem, DeadlocksReport } from '../../core/deadlock-report.js';
import { formatSeconds, formatShare, UNKNOWN } from '../format.js';
import { plain } from '../plain.js';
import { limitLines, type Style, titleLine } from '../report-lines.js';
import { cut, renderTable } from '../table.js';
import { plural } from './words.js';

/** An open prediction about sessions older than this was lost sight of. */
const LIVE_MS = 15_000;
/** Deadlocks whose statements are shown; all stand in the table. */
const MOST_DETAILS = 2;
const MOST_ROWS = 20;
const MOST_RISKS = 3;

/** What stands now first, then what can happen, then what did, then how far to trust it. */
export function deadlocksLines(report: DeadlocksReport, width: number, style: Style): string[] {
  const of = (kind: DeadlockItem['kind']) => report.items.filter((item) => item.kind === kind);
  const now = Date.parse(report.generatedAt);
  const live = (item: DeadlockItem) => item.outcome === null && now - Date.parse(item.at) < LIVE_MS;
  const patterns = of('latent').filter(({ outcome }) => outcome !== 'resolved');
  const imminent = of('imminent').filter(live);
  const risks = of('risk').filter(live);
  const happened = of('happened');
  return [
    titleLine('Deadlocks', report, style),
    summary(report, imminent.length, patterns.length, style),
    ...imminent.flatMap((item) => standing(item, now, width, style)),
    ...risks.slice(0, MOST_RISKS).flatMap((item) => near(item, width, style)),
    ...(risks.length > MOST_RISKS
      ? [style.dim(`  and ${risks.length - MOST_RISKS} more pairs one lock away`)]
      : []),
    ...patterns.flatMap((item) => pattern(item, width, style)),
    ...happenedLines(happened, report.omitted, width, style),
    ...scoreLines(report, style),
    ...limitLines(report.limits, width, style),
  ];
}

function summary({ scores }: DeadlocksReport, imminent: number, patterns: number, style: Style): string {
  if (imminent + patterns + scores.happened === 0)
    return style.green('none happened, none stands, and no transactions were seen that can deadlock');
  const parts = [
    ...(imminent === 0
      ? []
      : [style.red(`${plural(imminent, 'circle', 'circles')} of waiting sessions now`)]),
    `${scores.happened} happened`,
    patterns === 0
      ? 'no pattern known that can deadlock'
      : `${plural(patterns, 'pattern', 'patterns')} can deadlock`,
  ];
  return parts.join(', ');
}

function standing(item: DeadlockItem, now: number, width: number, style: Style): string[] {
  const left = item.expectedAt === null ? null : (Date.parse(item.expectedAt) - now) / 1000;
  const when =
    left === null ? '' : left > 0 ? ` in ${formatSeconds(left)}` : ` (due ${formatSeconds(-left)} ago)`;
  const who =
    item.victim === null
      ? 'the server will end one of them'
      : `the server will end session ${plain(item.victim)}`;
  return [
    '',
    style.red(style.bold(`STANDS NOW  ${who}${when}`)),
    ...item.parties.flatMap((party) => partyLines(party, item, width, style)),
  ];
}

function near(item: DeadlockItem, width: number, style: Style): string[] {
  return [
    '',
    style.yellow(
      `ONE LOCK AWAY  ${formatShare(item.probability)} %  over ${plain(item.resources.join(', '))}`,
    ),
    ...item.parties.flatMap((party) => partyLines(party, item, width, style)),
  ];
}

function pattern(item: DeadlockItem, width: number, style: Style): string[] {
  const came = item.outcome === 'happened' ? ', and did' : '';
  return [
    '',
    style.yellow(
      `CAN DEADLOCK${came}  ${plain(item.resources.join(', '))}  ${formatShare(item.probability)} % sure since ${stamp(item.at)} (${plain(item.source)})`,
    ),
    ...distinct(item.parties).flatMap((party) => sideLines(party, item, width, style)),
    ...wrap(plain(item.advice), width - 2).map((line) => `  ${line}`),
  ];
}

/** One side of a pattern: what it takes, by what, and what it asks for then. */
function sideLines(party: DeadlockPartyItem, item: DeadlockItem, width: number, style: Style): string[] {
  const [first, second] = party.statementIds;
  const who = [party.user, party.application].filter((each) => each !== null).join('/');
  return [
    `  ${plain(who === '' ? 'a transaction' : who)} takes ${plain(party.holds.join(', '))}, then asks for ${plain(party.waitsFor ?? UNKNOWN)}`,
    ...[first, second].flatMap((id, index) =>
      id === undefined ? [] : [style.dim(cut(`    ${index + 1}. ${textOf(id, item)}`, width))],
    ),
  ];
}

function partyLines(party: DeadlockPartyItem, item: DeadlockItem, width: number, style: Style): string[] {
  const who = [party.user, party.application].filter((each) => each !== null).join('/');
  const asks = party.waitsFor === null ? '' : `, waits for ${plain(party.waitsFor)}`;
  const fate = party.sessionId !== null && party.sessionId === item.victim ? style.bold('  <- victim') : '';
  const last = party.statementIds.at(-1);
  return [
    `  ${plain(party.sessionId ?? '?')} ${plain(who)}  holds ${plain(party.holds.join(', ')) || UNKNOWN}${asks}${fate}`,
    ...(last === undefined ? [] : [style.dim(cut(`    ${textOf(last, item)}`, width))]),
  ];
}

function happenedLines(
  items: readonly DeadlockItem[],
  omitted: number,
  width: number,
  style: Style,
): string[] {
  if (items.length === 0) return [];
  const [header = '', ...rows] = renderTable(
    [
      { title: 'happened' },
      { title: 'sessions' },
      { title: 'victim' },
      { title: 'foretold' },
      { title: 'told by' },
      { title: 'over', flexible: true },
    ],
    items
      .slice(0, MOST_ROWS)
      .map((item) => [
        stamp(item.at),
        item.parties.map(({ sessionId }) => sessionId ?? '?').join(' ') || UNKNOWN,
        item.victim ?? UNKNOWN,
        item.leadSeconds === null ? 'no' : `${formatSeconds(item.leadSeconds)} before`,
        item.source,
        item.resources.join(', ') || UNKNOWN,
      ]),
    width,
  );
  const more = items.length - Math.min(items.length, MOST_ROWS) + omitted;
  return [
    '',
    style.bold(header),
    ...rows,
    ...(more === 0 ? [] : [style.dim(`  and ${more} more: --json, --limit`)]),
    ...items
      .filter(({ parties }) => parties.length > 0)
      .slice(0, MOST_DETAILS)
      .flatMap((item) => [
        '',
        style.bold(stamp(item.at)),
        ...item.parties.flatMap((party) => partyLines(party, item, width, style)),
      ]),
  ];
}

function scoreLines({ scores }: DeadlocksReport, style: Style): string[] {
  const { happened, foretold, closed, cameTrue, brier, medianLeadSeconds } = scores;
  if (happened === 0 && closed === 0) return [];
  return [
    '',
    style.bold('Our predictions here'),
    `  of ${plural(happened, 'deadlock', 'deadlocks')} ${foretold} ${foretold === 1 ? 'was' : 'were'} foretold${medianLeadSeconds === null ? '' : `, half of them ${formatSeconds(medianLeadSeconds)} or more before`}`,
    `  of ${plural(closed, 'prediction', 'predictions')} that said yes ${cameTrue} came true; Brier score ${brier === null ? UNKNOWN : brier.toFixed(3)} (0 is perfect, 0.25 is guessing)`,
  ];
}

/** A pattern against its own kind has the same side twice. */
function distinct(parties: readonly DeadlockPartyItem[]): DeadlockPartyItem[] {
  return [...new Map(parties.map((party) => [JSON.stringify(party), party])).values()];
}

function textOf(id: string, { statements }: DeadlockItem): string {
  return plain(statements.find(({ statementId }) => statementId === id)?.text ?? `statement ${id}`);
}

function stamp(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
