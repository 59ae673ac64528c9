import { DbvitalsError, type ErrorCode } from '../../core/errors.js';

const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  '28P01': 'AUTHENTICATION_FAILED',
  '28000': 'AUTHENTICATION_FAILED',
  '53300': 'CONNECTION_LIMIT',
  '57P03': 'SERVER_STARTING',
  '57P01': 'CONNECTION_LOST',
  '57P02': 'CONNECTION_LOST',
  '3D000': 'CONNECT_FAILED',
  '57014': 'DEADLINE_EXCEEDED',
  '55P03': 'DEADLINE_EXCEEDED',
  ECONNRESET: 'CONNECTION_LOST',
  EPIPE: 'CONNECTION_LOST',
};

const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  AUTHENTICATION_FAILED: 'check user, password and pg_hba.conf; `dbvitals test` tries again',
  CONNECTION_LIMIT: 'raise max_connections or reserved_connections, or end idle sessions',
  CONNECT_FAILED: 'check host, port, database and that the server listens there',
  SERVER_STARTING: 'wait for recovery to end, or enable hot_standby',
};

/** Any failure of the driver as one of our errors. Driver messages hold no literals of statements we send. */
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
  if (/^E[A-Z]+$/.test(code) || /SSL|TLS|certificate/i.test(message)) return 'CONNECT_FAILED';
  if (/password|SASL|SCRAM/i.test(message)) return 'AUTHENTICATION_FAILED';
  if (/Connection terminated|not queryable|Client was closed/i.test(message)) return 'CONNECTION_LOST';
  return 'QUERY_FAILED';
}

function describe(code: string, message: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown host';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOENT') return 'no such socket';
  return message.split('\n')[0] ?? 'failed';
}
