import { expect, it } from 'vitest';
import { loadConfig, parseConnectionString, urlOfFields, withTls } from '../../src/config/index.js';
import { usePrivateFile } from './private-file.js';

const { path, write: writeText } = usePrivateFile();

it.each([
  [
    { type: 'mysql' as const },
    { engine: 'mysql', host: 'localhost', port: null, user: null, database: null },
  ],
  [
    { type: 'postgresql' as const, host: '::1', port: 5433, user: 'web.shop@é', database: 'a/b c' },
    { engine: 'postgresql', host: '::1', port: 5433, user: 'web.shop@é', database: 'a/b c' },
  ],
  [
    { type: 'mariadb' as const, host: '/run/mysqld/mysqld.sock', user: 'm', database: 'shop' },
    { engine: 'mysql', host: '/run/mysqld/mysqld.sock', user: 'm', database: 'shop' },
  ],
  [
    {
      type: 'postgresql' as const,
      host: 'db1',
      tls: { mode: 'verify-full' as const, ca: '/etc/ssl/my ca.pem' },
    },
    { tls: { mode: 'verify-full', caFile: '/etc/ssl/my ca.pem', certFile: null, keyFile: null } },
  ],
])('parts come back out of their URL: %j', (fields, expected) => {
  expect(parseConnectionString(urlOfFields(fields))).toMatchObject(expected);
});

it('what is said of TLS beside a URL stands in place of what the URL says', () => {
  const url = withTls('postgresql://m@db1/x?sslmode=prefer&sslcert=/c', { mode: 'require', key: '/k' });
  expect(parseConnectionString(url).tls).toEqual({
    mode: 'require',
    caFile: null,
    certFile: '/c',
    keyFile: '/k',
  });
});

it('an instance is a URL or its parts, and neither half of both', async () => {
  const write = (...lines: readonly string[]) =>
    writeText(`instances:\n  - name: prod\n${lines.map((line) => `    ${line}\n`).join('')}`);
  write('type: mysql', 'port: 70000', 'tls: { mode: maybe }');
  await expect(loadConfig(path())).rejects.toThrow(/:4:.*port[\s\S]*:5:.*tls.mode/);
});

it('a file that must be there and is not is an error that says how it comes to be', async () => {
  await expect(loadConfig(path(), true)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `there is no file ${path()}`,
    remedy: expect.stringContaining(`--config ${path()}`),
  });
});
