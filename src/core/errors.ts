/**
 * Every error a caller can see. The table is the one list; docs/errors.md explains each code and a test compares them.
 * `exitCode` is what the CLI ends with when this error decides.
 */
export const ERROR_CODES = {
  USAGE: { exitCode: 2, summary: 'wrong arguments' },
  CONFIG_INVALID: { exitCode: 2, summary: 'the configuration file is not valid' },
  CONFIG_PERMISSIONS: { exitCode: 2, summary: 'a file that may hold secrets is readable by others' },
  CONFIG_SECRET: { exitCode: 2, summary: 'a literal password stands in the configuration file' },
  INSTANCE_UNKNOWN: { exitCode: 2, summary: 'no instance of that name' },
  INSTANCE_EXISTS: { exitCode: 2, summary: 'an instance of that name exists already' },
  ENGINE_UNSUPPORTED: { exitCode: 2, summary: 'no such engine, or a version below the supported ones' },
  CREDENTIAL_UNAVAILABLE: { exitCode: 2, summary: 'the password could not be obtained' },
  VAULT_LOCKED: { exitCode: 2, summary: 'the vault could not be opened' },
  CONNECT_FAILED: { exitCode: 3, summary: 'the server could not be reached' },
  AUTHENTICATION_FAILED: { exitCode: 3, summary: 'the server refused the login' },
  CONNECTION_LIMIT: { exitCode: 3, summary: 'the server has no connection slot left' },
  CONNECTION_LOST: { exitCode: 3, summary: 'the connection to the server broke' },
  SERVER_STARTING: { exitCode: 3, summary: 'the server is starting up, shutting down or in recovery' },
  IDENTITY_CHANGED: { exitCode: 3, summary: 'another server answers under this address' },
  DEADLINE_EXCEEDED: { exitCode: 3, summary: 'a round trip did not end in time' },
  CAPABILITY_UNAVAILABLE: { exitCode: 4, summary: 'the server does not offer what the command needs' },
  QUERY_FAILED: { exitCode: 70, summary: 'the server refused a statement of the monitor' },
  STORE_LOCKED: { exitCode: 2, summary: 'another collector owns the data directory' },
  STORE_CORRUPT: { exitCode: 70, summary: 'a stored file cannot be read' },
  STORE_FULL: { exitCode: 70, summary: 'the disk of the data directory is full' },
  STORE_SQL: { exitCode: 2, summary: 'the SQL over the store is not valid or not read-only' },
  LAB_UNAVAILABLE: { exitCode: 3, summary: 'a private server could not be fetched or started' },
  CLOSED: { exitCode: 70, summary: 'used after close' },
  INTERRUPTED: { exitCode: 130, summary: 'stopped by the user' },
  INTERNAL: { exitCode: 70, summary: 'a defect of dbvitals' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface DbvitalsErrorOptions {
  /** What the user can do about it. */
  readonly remedy?: string;
  readonly instance?: string;
  readonly cause?: unknown;
}

/** The one error class. Messages never hold a secret or a literal of a statement. */
export class DbvitalsError extends Error {
  override readonly name = 'DbvitalsError';
  readonly code: ErrorCode;
  readonly remedy: string | null;
  readonly instance: string | null;

  constructor(code: ErrorCode, message: string, options: DbvitalsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy ?? null;
    this.instance = options.instance ?? null;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exitCode;
  }
}
