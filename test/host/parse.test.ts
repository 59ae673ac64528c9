import { describe, expect, it } from 'vitest';
import { cgroupPathOf, containerOf, parseCgroupPaths, parseCpuLimit } from '../../src/host/parse/cgroup.js';
import { decimals } from '../../src/host/parse/decimals.js';
import {
  parseIo,
  parseNamespacePid,
  parseSchedstat,
  parseStat,
  parseStatm,
} from '../../src/host/parse/process.js';
import { parseTcp, tcpAddressOf } from '../../src/host/parse/sockets.js';
import { parseDiskstats, parseNetDev, parsePressure, parseSystemStat } from '../../src/host/parse/system.js';

const STAT =
  '4711 (a) (b c) S 1 4711 4711 0 -1 4194304 100 0 7 0 50 30 200 100 20 0 1 0 123456 1000 200 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 42 0 0 0 0 0 0 0 0 0 0';

const numbers = (text: string) => decimals(Buffer.from(text), text.length, []);

describe('/proc/<pid>', () => {
  it('stat: a command may hold spaces and parentheses', () => {
    expect(parseStat(STAT)).toEqual({
      command: 'a) (b c',
      state: 'S',
      parentPid: 1,
      minorFaults: 100,
      majorFaults: 7,
      userTicks: 50,
      systemTicks: 30,
      childUserTicks: 200,
      childSystemTicks: 100,
      startTicks: 123456,
      blockIoDelayTicks: 42,
    });
  });

  it('what is cut or empty is no reading', () => {
    expect(parseStat('')).toBeNull();
    expect(parseStat('1 (x) S 1')).toBeNull();
    expect(parseSchedstat([])).toBeNull();
    expect(parseIo(numbers('rchar: 1'))).toBeNull();
    expect(parseStatm([])).toBeNull();
  });

  it('numbers between whatever else, also at the end and beyond 32 bits', () => {
    expect(numbers('a: 0\tb 18014398509481984 x')).toEqual([0, 2 ** 54]);
    expect(numbers('7 12')).toEqual([7, 12]);
    expect(numbers('none')).toEqual([]);
    expect(decimals(Buffer.from('12 345'), 4, [9, 9, 9])).toEqual([12, 3]);
  });

  it('schedstat, io, statm, NSpid', () => {
    expect(parseSchedstat(numbers('123 456 7\n'))).toEqual({ cpuNs: 123, runQueueNs: 456, timeslices: 7 });
    expect(
      parseIo(
        numbers(
          'rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 0\n',
        ),
      ),
    ).toEqual({
      readCharBytes: 1,
      writeCharBytes: 2,
      readCalls: 3,
      writeCalls: 4,
      readBytes: 5,
      writeBytes: 6,
    });
    expect(parseStatm(numbers('1000 200 50 1 0 100 0\n'))).toEqual({ residentPages: 200, sharedPages: 50 });
    expect(parseNamespacePid('Name:\tx\nNSpid:\t4711\t12\n')).toBe(12);
    expect(parseNamespacePid('NSpid:\t4711\n')).toBeNull();
  });
});

describe('control groups', () => {
  it.each([
    ['/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', '0123456789ab'],
    ['/system.slice/docker-0123456789abcdef.scope', '0123456789ab'],
    ['/machine.slice/libpod-abcdef0123456789.scope', 'abcdef012345'],
    ['/lxc.payload.db1/init.scope', 'db1'],
    ['/system.slice/postgresql.service', null],
  ])('%s', (path, expected) => {
    expect(containerOf(path)).toBe(expected);
  });

  it('finds the path in both versions, and the limit', () => {
    const pathOf = (text: string) => cgroupPathOf(parseCgroupPaths(text));
    expect(pathOf('0::/user.slice\n')).toBe('/user.slice');
    expect(pathOf('5:cpu,cpuacct:/db\n0::/\n')).toBe('/db');
    expect(pathOf('4:memory:/box\n1:cpu:/\n0::/a:b\n')).toBe('/a:b');
    expect(pathOf('0::/\n')).toBe('/');
    expect(pathOf('')).toBeNull();
    expect(parseCpuLimit('150000 100000\n')).toBe(1.5);
    expect(parseCpuLimit('max 100000\n')).toBeNull();
    expect(parseCpuLimit('-1\n', '100000\n')).toBeNull();
  });
});

describe('the host', () => {
  it('stat, pressure, disks, interfaces, sockets', () => {
    expect(
      parseSystemStat('cpu  1 2 3 4 5 6 7 8 0 0\ncpu0 1 0 0 0\ncpu1 0 0 0 0\nctxt 99\nbtime 1700000000\n'),
    ).toEqual({
      cpu: { userNs: 3e7, systemNs: 16e7, idleNs: 4e7, ioWaitNs: 5e7, stealNs: 8e7 },
      cpuCount: 2,
      bootTimeSeconds: 1_700_000_000,
      contextSwitches: 99,
    });
    expect(
      parsePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=12\nfull avg10=0.00 total=3\n'),
    ).toEqual({ someUs: 12, fullUs: 3 });
    const disks =
      ' 254 0 vda 10 0 20 30 40 0 50 60 1 70 80\n 254 1 sda1 1 0 2 3 4 0 5 6 0 7 8\n 7 0 loop0 1 0 2 3 4 0 5 6 0 7 8\n';
    expect(parseDiskstats(disks)).toEqual([
      {
        device: 'vda',
        reads: 10,
        readBytes: 10_240,
        readMs: 30,
        writes: 40,
        writeBytes: 25_600,
        writeMs: 60,
        inFlight: 1,
        busyMs: 70,
      },
    ]);
    expect(
      parseNetDev('h\nh\n lo: 1 0 0 0 0 0 0 0 1 0 0 0\n eth0: 5 1 0 2 0 0 0 0 7 1 0 3 0 0 0 0\n'),
    ).toEqual([{ name: 'eth0', receivedBytes: 5, receiveDrops: 2, sentBytes: 7, sendDrops: 3 }]);
    const tcp =
      'sl local\n 0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1\n';
    expect(parseTcp(tcp)).toEqual([
      {
        localAddress: '0100007F',
        localPort: 5432,
        remoteAddress: '00000000',
        remotePort: 0,
        listening: true,
        inode: '4711',
      },
    ]);
  });
});

it.each([
  ['127.0.0.1', '0100007F'],
  ['::ffff:10.0.0.7', '0700000A'],
  ['::1', '00000000000000000000000001000000'],
  ['fe80::1:2%eth0', '000080FE000000000000000002000100'],
  ['2001:db8:0:1:2:3:4:5', 'B80D0120010000000300020005000400'],
  ['localhost', null],
  ['', null],
])('the address %s is %s in /proc/net/tcp', (address, expected) => {
  expect(tcpAddressOf(address)).toBe(expected);
});

it('an IPv4 address of a socket of both kinds is that address', () => {
  const row =
    '0: 0000000000000000FFFF00000100007F:1538 0000000000000000FFFF00000100007F:D431 01 0:0 0:0 0 0 0 7';
  expect(parseTcp(`head\n${row}`)).toMatchObject([{ localAddress: '0100007F', remoteAddress: '0100007F' }]);
});
