import { Command, Option } from 'commander';
import { QUERY_SORT_KEYS } from '../core/monitor-options.js';
import { type Add, type Load, wholeNumber } from './command-table.js';
import { type GlobalOptions, openContext } from './context.js';
import { addInstances } from './instance-commands.js';
import { SEVERITIES } from './judge.js';
import { VERSION } from './version.js';

/** The command table. A command's code is loaded when it runs, so that `--help` loads none. */
export function buildProgram(signal: AbortSignal): Command {
  const program = withGlobals(new Command('dbvitals'))
    .description(
      'Which query costs what, who blocks whom: databases and their processes, watched once a second, read-only.',
    )
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false });
  const add = (usage: string, description: string, examples: readonly string[], load: Load) => {
    const command = withGlobals(program.command(usage))
      .description(description)
      .exitOverride()
      .showSuggestionAfterError();
    command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
    command.action(async (...values: unknown[]) => {
      const positional = values.slice(0, -2).flat() as (string | undefined)[];
      const options = { ...program.opts(), ...command.opts() } as GlobalOptions &
        Readonly<Record<string, never>>;
      const run = await load();
      const args = positional.filter((each): each is string => each !== undefined);
      await run(await openContext(options, signal, command.name() === 'add'), args, options as never);
    });
    return command;
  };
  addWatching(add);
  addAnswers(add);
  addInstances(add);
  addInspection(add);
  return program;
}

function addWatching(add: Add): void {
  add(
    'demo',
    'start a private server with a real workload, watch it, and show the findings',
    ['dbvitals demo', 'dbvitals demo --engine mariadb --seconds 60'],
    async () => (await import('./commands/demo.js')).demo,
  )
    .option('--seconds <n>', 'how long to watch', wholeNumber, '30')
    .option('--engine <name>', 'postgresql, mysql or mariadb', 'postgresql');
  add(
    'collect [names...]',
    'watch the instances and keep what is seen',
    ['dbvitals collect', 'dbvitals collect --duration 1h', 'dbvitals collect --once   # for cron'],
    async () => (await import('./commands/collect.js')).collect,
  )
    .option('--duration <time>', 'stop after this long')
    .option('--once', 'two ticks of everything, then stop');
  filters(
    add(
      'top [names...]',
      'live: sessions and what they cost, refreshed in place',
      [
        'dbvitals top prod',
        'dbvitals top --once --json',
        'dbvitals top --url postgresql://monitor@db1/postgres',
      ],
      async () => (await import('./commands/top.js')).top,
    ),
  )
    .option('--once', 'one picture, then stop')
    .option('--interval <time>', 'refresh this often', '1s')
    .addOption(
      new Option('--sort <key>', 'order of sessions')
        .choices(['cpu', 'runqueue', 'reads', 'writes', 'memory', 'temp', 'xact'])
        .default('cpu'),
    )
    .option('--background', 'server processes too')
    .addOption(failOn('with --once: exit code 1 from this severity on'));
}

function addAnswers(add: Add): void {
  filters(
    add(
      'queries [name]',
      'per statement: CPU, run queue, waits, I/O, memory, calls',
      [
        'dbvitals queries prod --since 1h',
        'dbvitals queries --sort temp --limit 5',
        'dbvitals queries prod --json | jq .items[0]',
        'dbvitals queries prod --since 1h --fail-on warning   # exit code 1 when something is found',
      ],
      async () => (await import('./commands/queries.js')).queries,
    ),
  )
    .option('--min-duration <time>', 'leave out statements with a shorter mean')
    .addOption(new Option('--sort <key>', 'order').choices([...QUERY_SORT_KEYS]).default('cpu'))
    .option('--limit <n>', 'rows', wholeNumber, '20')
    .option('--sample <time>', 'how long to watch when nothing is stored', '10s')
    .addOption(failOn());
  filters(
    add(
      'sessions [name]',
      'sessions now, or those of a window',
      ['dbvitals sessions prod', 'dbvitals sessions prod --since 10m --user app'],
      async () => (await import('./commands/sessions.js')).sessions,
    ),
  ).option('--background', 'server processes too');
  addLocks(add);
  addDeadlocks(add);
  filters(
    add(
      'connections [name]',
      'who holds the connections, against the limit',
      ['dbvitals connections prod', 'dbvitals connections --json'],
      async () => (await import('./commands/connections.js')).connections,
    ),
  );
}

function addLocks(add: Add): void {
  add(
    'locks [name]',
    'who blocks whom, what it costs, what would come free; or the episodes of a window',
    [
      'dbvitals locks prod',
      'dbvitals locks prod --watch',
      'dbvitals locks prod --since 1h                  # episodes, with a timeline',
      'dbvitals locks prod --at 2026-01-31T10:00:00Z --graph svg > locks.svg',
      'dbvitals locks prod --ddl public.orders         # what an ALTER of it would meet now',
      'dbvitals locks prod --fail-on critical          # exit code 1 when there is something critical',
    ],
    async () => (await import('./commands/locks.js')).locks,
  )
    .option('--watch', 'refresh in place')
    .option('--interval <time>', 'with --watch: this often', '1s')
    .addOption(
      new Option('--graph <form>', 'how it is drawn')
        .choices(['text', 'dot', 'mermaid', 'svg', 'json'])
        .default('text'),
    )
    .option('--at <time>', 'the graph as it stood then: 30s, 15m, 1h back or ISO 8601')
    .option('--since <time>', 'episodes from: 30s, 15m, 1h, 7d or ISO 8601')
    .option('--until <time>', 'to')
    .option('--ddl <table>', 'what an ALTER of this table would stand behind, and whom it would stop')
    .addOption(failOn());
}

function addDeadlocks(add: Add): void {
  add(
    'deadlocks [name]',
    'deadlocks that happened, that stand or are near, and transactions that can deadlock; with own scores',
    [
      'dbvitals deadlocks prod',
      'dbvitals deadlocks prod --since 7d --kind happened',
      'dbvitals deadlocks prod --kind latent,risk --fail-on warning   # exit code 1 when there is one',
    ],
    async () => (await import('./commands/deadlocks.js')).deadlocks,
  )
    .option('--since <time>', 'from: 30s, 15m, 1h, 7d or ISO 8601 (patterns: whenever they were told)', '24h')
    .option('--until <time>', 'to')
    .option('--kind <kinds>', 'only these, joined by commas: happened, imminent, risk, latent')
    .option('--limit <n>', 'the newest', wholeNumber, '200')
    .option('--sample <time>', 'how long to watch when nothing is stored', '10s')
    .addOption(failOn());
}

function addInspection(add: Add): void {
  add(
    'statements <engine>',
    'every SQL statement that would run on a server',
    [
      'dbvitals statements postgresql --server-version 16',
      'dbvitals statements mariadb --server-version 10.11',
    ],
    async () => (await import('./commands/statements.js')).statements,
  ).option('--server-version <version>', 'as for a server of this version (default: the newest)');
  add(
    'store <action> [sql]',
    'info: what is stored; sql: a SELECT over it',
    [
      'dbvitals store info',
      'dbvitals store sql "SELECT wait_class, count(*) FROM session_samples GROUP BY 1"',
    ],
    async () => (await import('./commands/store.js')).store,
  );
}

function filters(command: Command): Command {
  return command
    .option('--since <time>', 'from: 30s, 15m, 1h, 7d or ISO 8601')
    .option('--until <time>', 'to')
    .option('--database <name>', 'only this database')
    .option('--user <name>', 'only this user')
    .option('--application <name>', 'only this application')
    .option('--client <address>', 'only this client address');
}

function failOn(what = 'exit code 1 from this severity on'): Option {
  return new Option('--fail-on <severity>', what).choices([...SEVERITIES]);
}

function withGlobals(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'configuration file (default: $DBVITALS_CONFIG, then ~/.config/dbvitals/config.yaml)',
    )
    .option('--data-dir <dir>', 'where samples are kept')
    .option('--json', 'print the report as JSON')
    .option('--no-color', 'no colours')
    .addOption(
      new Option('--log-level <level>', 'what `collect` logs').choices(['debug', 'info', 'warn', 'error']),
    )
    .option('--url <url>', 'an instance without configuration');
}
