import { DbvitalsError } from '../../core/errors.js';
import { formatBytes, formatCount, UNKNOWN } from '../../render/format.js';
import { renderTable } from '../../render/table.js';
import { openStoreReader, type StoreReader } from '../../store/index.js';
import { type CommandContext, print, printJson } from '../context.js';

export async function store(context: CommandContext, [action = '', text]: readonly string[]): Promise<void> {
  await using reader = await openStoreReader({ directory: context.dataDir });
  if (action === 'info') return await info(context, reader);
  if (action === 'sql' && text !== undefined) return await sql(context, reader, text);
  throw new DbvitalsError('USAGE', 'store takes `info`, or `sql` and a SELECT');
}

async function info(context: CommandContext, reader: StoreReader): Promise<void> {
  const found = await reader.info();
  if (context.options.json) return printJson({ schema: 'dbvitals.store-info/1', ...found });
  const columns = [
    { title: 'table' },
    ...['files', 'rows', 'size', 'B/row'].map((title) => ({ title, align: 'right' as const })),
    { title: 'from' },
    { title: 'to' },
  ];
  const rows = found.tables.map((table) => [
    table.table,
    String(table.files),
    formatCount(table.rows),
    formatBytes(table.bytes),
    table.bytesPerRow === null ? UNKNOWN : table.bytesPerRow.toFixed(1),
    table.oldestHour ?? UNKNOWN,
    table.newestHour ?? UNKNOWN,
  ]);
  print([
    `${found.directory}: ${formatBytes(found.bytes)}`,
    ...renderTable(columns, rows, context.width),
    ...found.corruptFiles.map((path) => `damaged, left out: ${path}`),
  ]);
}

async function sql(context: CommandContext, reader: StoreReader, text: string): Promise<void> {
  const rows = await reader.sql(text);
  if (context.options.json) return printJson({ schema: 'dbvitals.store-sql/1', items: rows });
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => (row[name] === null ? UNKNOWN : String(row[name]))));
  print(
    names.length === 0
      ? ['no rows']
      : renderTable(
          names.map((title) => ({ title })),
          cells,
          context.width,
        ),
  );
}
