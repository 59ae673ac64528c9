import { describe, expect, it } from 'vitest';
import type { InstanceFacts } from '../../../src/core/facts.js';
import type { LogFiles } from '../../../src/core/host.js';
import { serverLog } from '../../../src/engines/postgresql/log/index.js';
import { parseLog } from '../../../src/engines/postgresql/log/parse.js';

const NOW = 1_000;
const DETAIL = [
  'Process 101 waits for ShareLock on transaction 743; blocked by process 102.',
  'Process 102 waits for AccessExclusiveLock on tuple (0,1) of relation 16384 of database 5; blocked by process 101.',
  `Process 101: UPDATE t SET a = 'secret'`,
  '  WHERE id = 42',
  'Process 102: DELETE FROM t WHERE id = 17',
];
const EXPECTED = {
  victimId: '101',
  parties: [
    {
      sessionId: '101',
      digest: null,
      text: 'UPDATE t SET a = $? WHERE id = $?',
      waitsFor: 'transactionid:743',
      mode: 'ShareLock',
    },
    {
      sessionId: '102',
      digest: null,
      text: 'DELETE FROM t WHERE id = $?',
      waitsFor: 'row:5:16384:(0,1)',
      mode: 'AccessExclusiveLock',
    },
  ],
};

const plain = (prefix: string) =>
  [
    `${prefix}LOG:  checkpoint starting: time`,
    `${prefix}ERROR:  deadlock detected`,
    `${prefix}DETAIL:  ${DETAIL.join('\n\t')}`,
    `${prefix}HINT:  See server log for query details.`,
    `${prefix}STATEMENT:  UPDATE t SET a = 'secret'`,
    '\t  WHERE id = 42',
    '',
  ].join('\n');

describe('deadlocks in the log', () => {
  it.each([
    ['a time and a pid', '2026-11-25 23:11:43.458 UTC [101] ', Date.UTC(2026, 10, 25, 23, 11, 43, 458)],
    ['an offset', '2026-11-25 23:11:43 +0530 101: ', Date.UTC(2026, 10, 25, 17, 41, 43)],
    ['a zone that several places share', '2026-11-25 23:11:43 CST ', NOW],
    ['nothing at all', '', NOW],
  ])('stderr with %s in its prefix', (_, prefix, atMs) => {
    expect(parseLog(plain(prefix), 'stderr', NOW)).toEqual({
      deadlocks: [{ ...EXPECTED, atMs, source: 'stderr' }],
      rest: '',
    });
  });

  it('are put together when they are read in two pieces, wherever the cut is', () => {
    const lines = plain('x ').split('\n');
    for (let cut = 1; cut < lines.length - 1; cut += 1) {
      const first = parseLog(`${lines.slice(0, cut).join('\n')}\n`, 'stderr', NOW);
      const second = parseLog(first.rest + lines.slice(cut).join('\n'), 'stderr', NOW);
      expect([...first.deadlocks, ...second.deadlocks], `cut at ${cut}`).toMatchObject([EXPECTED]);
    }
  });

  it('csvlog, with newlines and quotes in its fields, in two pieces', () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const record = [
      '2026-11-25 23:11:43.458 UTC,"u","db",101,"127.0.0.1:1",x,1,"UPDATE",2026-11-25 23:11:40 UTC,3/12,743,ERROR,40P01',
      quoted('deadlock detected'),
      quoted(DETAIL.join('\n')),
      '"See server log",,,,,"a ""statement"""',
    ].join(',');
    const other =
      '2026-11-25 23:11:43.458 UTC,"u","db",7,,x,1,"",,,0,LOG,00000,"said ""40P01""\nand more",,,,,,,';
    const text = `${other}\n${record}\n${other}\n`;
    const atMs = Date.UTC(2026, 10, 25, 23, 11, 43, 458);
    expect(parseLog(text, 'csvlog', NOW).deadlocks).toEqual([{ ...EXPECTED, atMs, source: 'csvlog' }]);
    for (let cut = text.indexOf('\n') + 1; cut > 0 && cut < text.length; cut = text.indexOf('\n', cut) + 1) {
      const first = parseLog(text.slice(0, cut), 'csvlog', NOW);
      const second = parseLog(first.rest + text.slice(cut), 'csvlog', NOW);
      expect([...first.deadlocks, ...second.deadlocks], `cut at ${cut}`).toMatchObject([EXPECTED]);
    }
  });

  it('jsonlog, and lines that are no JSON', () => {
    const line = JSON.stringify({
      timestamp: '2026-11-25 23:11:43.458 GMT',
      pid: 101,
      state_code: '40P01',
      message: 'Verklemmung entdeckt',
      detail: DETAIL.join('\n'),
    });
    const { deadlocks } = parseLog(`{"state_code":"40P01", cut\n${line}\n[]\n`, 'jsonlog', NOW);
    expect(deadlocks).toMatchObject([{ ...EXPECTED, source: 'jsonlog' }]);
  });

  it('are not what a statement only says', () => {
    const text = [
      `x LOG:  statement: SELECT 'ERROR:  deadlock detected`,
      `\tDETAIL:  Process 1 waits for ShareLock on transaction 1; blocked by process 2.'`,
      'x ERROR:  deadlock detected',
      'x STATEMENT:  nothing',
      '',
    ].join('\n');
    expect(parseLog(text, 'stderr', NOW)).toEqual({ deadlocks: [], rest: '' });
  });
});

describe('where the log is', () => {
  const settings = {
    log_destination: 'stderr',
    log_directory: 'log',
    log_min_messages: 'warning',
    log_error_verbosity: 'default',
    logging_collector: 'on',
    lc_messages: 'en_US.UTF-8',
  };
  const files = (texts: Readonly<Record<string, string>>, stderr: string | null = null): LogFiles => ({
    readText: (path) => texts[path] ?? null,
    newest: () => null,
    standardErrorOf: () => stderr,
    readAppended: (path) =>
      path.startsWith('/secret') ? null : { text: '', position: { inode: 1, offset: 0 }, skippedBytes: 0 },
  });
  const locate = (change: Readonly<Record<string, string>>, found: LogFiles) =>
    serverLog.locate(
      { settings: { ...settings, ...change }, dataDirectory: '/pg' } as unknown as InstanceFacts,
      7,
      found,
    );
  const current = files({ '/pg/current_logfiles': 'stderr log/a.log\ncsvlog /var/log/a.csv\n' });

  it('follows what the server says', () => {
    expect(locate({}, current)).toEqual({ path: '/pg/log/a.log', format: 'stderr' });
    expect(locate({ log_destination: 'stderr,csvlog' }, current)).toEqual({
      path: '/var/log/a.csv',
      format: 'csvlog',
    });
    expect(locate({ logging_collector: 'off' }, files({}, '/tmp/x.log'))).toEqual({
      path: '/tmp/x.log',
      format: 'stderr',
    });
  });

  it.each([
    ['syslog', { log_destination: 'syslog' }, current, /log_destination/],
    ['only fatal errors', { log_min_messages: 'fatal' }, current, /log_min_messages/],
    ['no details', { log_error_verbosity: 'terse' }, current, /log_error_verbosity/],
    ['another language', { lc_messages: 'de_DE.UTF-8' }, current, /csvlog/],
    ['a pipe', { logging_collector: 'off' }, files({}), /logging_collector/],
    ['no file', {}, files({}), /server's host/],
    ['a file of others', { logging_collector: 'off' }, files({}, '/secret/x.log'), /log_file_mode/],
  ])('says what to change: %s', (_, change, found, remedy) => {
    expect(locate(change, found)).toMatchObject({
      unavailable: expect.any(String),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('another language is none of jsonlog and csvlog', () => {
    expect(locate({ lc_messages: 'de_DE', log_destination: 'csvlog' }, current)).toMatchObject({
      format: 'csvlog',
    });
  });
});
