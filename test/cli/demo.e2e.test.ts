import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect } from 'vitest';
import type { QueriesReport } from '../../src/index.js';
import { itNeeding, missingServer } from '../needs.js';
import { CommandLine } from './command-line.js';

const DEMOS = [
  { engine: 'postgresql', server: '18' },
  { engine: 'mysql', server: 'mysql-9.7' },
  { engine: 'mariadb', server: 'mariadb-11.8' },
] as const;

describe('dbvitals demo', () => {
  for (const { engine, server } of DEMOS) {
    itNeeding(
      missingServer(server),
      `--engine ${engine} watches its workload and leaves nothing behind`,
      () => {
        using cli = new CommandLine();
        const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('dbvitals-demo-'));
        const before = left();
        const { status, stdout, stderr } = cli.run(['demo', '--engine', engine, '--seconds', '6', '--json']);
        expect({ status, stderr }).toMatchObject({ status: 0 });
        const report = JSON.parse(stdout) as QueriesReport;
        expect(report).toMatchObject({
          schema: 'dbvitals.queries/1',
          instance: 'demo',
          engine: expect.any(String),
        });
        const statements = report.items.filter(({ kind }) => kind === 'statement');
        expect(statements.map(({ user }) => user)).toEqual(
          expect.arrayContaining([expect.stringMatching(/^(webshop|billing|batch)$/)]),
        );
        expect(report.coverage.cpuTotalMs).toBeGreaterThan(0);
        expect(left().filter((name) => !before.includes(name))).toEqual([]);
      },
      // A second of the demo's own; the rest is filling tables, for minutes where the machine is busy.
      600_000,
    );
  }
});
