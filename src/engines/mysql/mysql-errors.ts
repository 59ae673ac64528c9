import { DbvitalsError, type ErrorCode } from '../../core/errors.js';

/** By the server's error names and the system's. */
const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  ER_ACCESS_DENIED_ERROR: 'AUTHENTICATION_FAILED',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'AUTHENTICATION_FAILED',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'AUTHENTICATION_FAILED',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'AUTHENTICATION_FAILED',
  ER_HOST_IS_BLOCKED: 'CONNECTION_LIMIT',
  ER_HOST_NOT_PRIVILEGED: 'AUTHENTICATION_FAILED',
  ER_CON_COUNT_ERROR: 'CONNECTION_LIMIT',
  ER_TOO_MANY_USER_CONNECTIONS: 'CONNECTION_LIMIT',
  ER_USER_LIMIT_REACHED: 'CONNECTION_LIMIT',
  ER_BAD_DB_ERROR: 'CONNECT_FAILED',
  ER_SERVER_SHUTDOWN: 'CONNECTION_LOST',
  PROTOCOL_CONNECTION_LOST: 'CONNECTION_LOST',
  ECONNRESET: 'CONNECTION_LOST',
  EPIPE: 'CONNECTION_LOST',
  ER_QUERY_INTERRUPTED: 'DEADLINE_EXCEEDED',
  ER_QUERY_TIMEOUT: 'DEADLINE_EXCEEDED',
  ER_STATEMENT_TIMEOUT: 'DEADLINE_EXCEEDED',
  ER_LOCK_WAIT_TIMEOUT: 'DEADLINE_EXCEEDED',
};

const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  AUTHENTICATION_FAILED: 'check user, host part of the account and password; `dbvitals test` tries again',
  CONNECTION_LIMIT: 'raise max_connections, or end idle sessions',
  CONNECT_FAILED: 'check host, port, database and that the server listens there',
};

/** Any failure of the driver as one of our errors. */
export function toDbvitalsError(error: unknown, what: string, instance: string): DbvitalsError {
  if (error instanceof DbvitalsError) return error;
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const mapped = BY_CODE[code] ?? codeOfMessage(code, message);
  const remedy = REMEDIES[mapped];
  return new DbvitalsError(mapped, `${what}: ${describe(code, message)}`, {
    instance,
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function codeOfMessage(code: string, message: string): ErrorCode {
  if (/closed state|connection.*(closed|lost)/i.test(message)) return 'CONNECTION_LOST';
  if (/^E[A-Z]+$/.test(code) || /SSL|TLS|certificate|handshake/i.test(`${code} ${message}`))
    return 'CONNECT_FAILED';
  return 'QUERY_FAILED';
}

function describe(code: string, message: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown host';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOENT') return 'no such socket';
  return message.split('\n')[0] || code || 'failed';
}
