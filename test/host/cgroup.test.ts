import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitFindings } from '../../src/analysis/findings/limits.js';
import { cgroupCounters } from '../../src/collector/cgroup-counters.js';
import { counterSamples, ServerCounters } from '../../src/collector/records.js';
import { openHost } from '../../src/host/index.js';
import { itNeeding } from '../needs.js';
import { waitFor } from '../servers/wait-for.js';

const V1 = '/sys/fs/cgroup/cpu';

/** A directory that the kernel makes a control group of; null where this user may make none. */
function makeGroup(): string | null {
  const at = join(V1, `dbvitals-test-${process.pid}`);
  try {
    mkdirSync(at);
    readFileSync(join(at, 'cpu.cfs_quota_us'));
    return at;
  } catch {
    return null;
  }
}

const group = makeGroup();

afterAll(() => {
  if (group !== null) rmdirSync(group);
});

describe('the control group of a server', () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'dbvitals-cgroup-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const written = (cgroup: string, files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries({ 'proc/7/cgroup': cgroup, ...files })) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const host = openHost({ procRoot: join(root, 'proc'), sysRoot: join(root, 'sys') });
    const reading = host.readCgroup(7);
    host.close();
    return reading;
  };

  it('v2: limits and throttling of its own group', () => {
    const at = 'sys/fs/cgroup/system.slice/docker-1.scope';
    const reading = written('0::/system.slice/docker-1.scope\n', {
      [`${at}/cpu.max`]: '150000 100000\n',
      [`${at}/cpu.stat`]: 'usage_usec 9\nnr_periods 5\nnr_throttled 2\nthrottled_usec 7\n',
      [`${at}/memory.max`]: 'max\n',
      [`${at}/memory.current`]: '4096\n',
      [`${at}/memory.stat`]: 'anon 1\ninactive_file 96\n',
    });
    expect(reading).toEqual({
      path: '/system.slice/docker-1.scope',
      cpuLimitCores: 1.5,
      cpuUsedNs: 9_000,
      throttledNs: 7_000,
      throttledPeriods: 2,
      memoryLimitBytes: null,
      memoryUsedBytes: 4096,
      memoryInactiveFileBytes: 96,
    });
  });

  it('v1: each controller has a path of its own', () => {
    const reading = written('4:memory:/box\n2:cpuacct:/\n1:cpu:/\n0::/\n', {
      'sys/fs/cgroup/cpu/cpu.stat': 'nr_periods 0\n',
      'sys/fs/cgroup/cpuacct/cpuacct.usage': '123\n',
      'sys/fs/cgroup/memory/box/memory.limit_in_bytes': '1000\n',
      'sys/fs/cgroup/memory/box/memory.usage_in_bytes': '990\n',
    });
    expect(reading).toMatchObject({ cpuLimitCores: null, cpuUsedNs: null, throttledNs: null });
    expect(reading).toMatchObject({ path: '/box', memoryLimitBytes: 1000, memoryUsedBytes: 990 });
  });

  it('near its memory: cache that nobody used lately does not count', () => {
    const finding = (memoryInactiveFileBytes: number) =>
      limitFindings(
        counterSamples(
          'x',
          cgroupCounters({
            path: '/box',
            cpuLimitCores: null,
            cpuUsedNs: null,
            throttledNs: null,
            throttledPeriods: null,
            memoryLimitBytes: 1000,
            memoryUsedBytes: 990,
            memoryInactiveFileBytes,
          }),
          new ServerCounters(),
          1,
        ),
        'now',
      );
    expect(finding(10)).toMatchObject([{ code: 'MEMORY_LIMIT_NEAR' }]);
    expect(finding(100)).toEqual([]);
  });

  it('is none at the root: that counts the whole host', () => {
    expect(written('0::/\n', { 'sys/fs/cgroup/cpu.stat': 'usage_usec 9\n' })).toBeNull();
    expect(written('3:cpu,cpuacct:/\n', {})).toBeNull();
  });

  itNeeding(
    group === null ? 'may not make a control group of v1' : null,
    'a real one with a limit is seen to hold its process back, and becomes a finding',
    async () => {
      const at = group as string;
      writeFileSync(join(at, 'cpu.cfs_quota_us'), '20000');
      const burner = spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' });
      const pid = burner.pid as number;
      const host = openHost();
      const table = new ServerCounters();
      const samples = () => {
        const reading = host.readCgroup(pid);
        return counterSamples('x', reading === null ? [] : cgroupCounters(reading), table, Date.now());
      };
      try {
        writeFileSync(join(at, 'cgroup.procs'), String(pid));
        expect(host.readCgroup(pid)).toMatchObject({ cpuLimitCores: 0.2 });
        samples();
        const findings = await waitFor('a finding', () => {
          const found = limitFindings(samples(), 'now');
          return found.length > 0 ? found : null;
        });
        expect(findings[0]).toMatchObject({
          code: 'CPU_LIMITED',
          evidence: expect.arrayContaining([{ what: 'limit', value: 0.2, unit: 'CPUs', at: 'now' }]),
        });
      } finally {
        burner.kill('SIGKILL');
        await once(burner, 'exit');
        host.close();
      }
    },
  );
});
