import { DURATION_BUCKETS, durationBucket } from '../core/duration-histogram.js';
import type { SessionRow } from '../core/session.js';
import type { UsageEntry, UsageKind } from '../core/usage.js';
import type { WaitClass } from '../core/wait-class.js';
import { GroupKeys } from './group-keys.js';

/** A row of the ledger while it is being filled. */
export interface OpenEntry extends Omit<UsageEntry, 'fromMs' | 'toMs' | 'waitMs' | 'durations'> {
  cpuNs: number;
  exactCpuNs: number;
  cpuErrorNs: number;
  runQueueNs: number;
  readBytes: number | null;
  writeBytes: number | null;
  samples: number;
  waitMs: Partial<Record<WaitClass, number>>;
  anonPeakBytes: number | null;
  tempPeakBytes: number | null;
  durations: number[];
}

/** What was measured of a process in a tick and is to be given to somebody. */
export interface Amount {
  readonly cpuNs: number;
  readonly runQueueNs: number;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
}

/** The rows of one interval, by what they stand for. */
export class Entries {
  /** By who (database, user, application, client address), then by what. */
  #open = new Map<string, Map<string, OpenEntry>>();
  #fromMs: number | null = null;

  constructor(
    private readonly instance: string,
    private readonly statementId: (digest: string) => string,
    private readonly groups = new GroupKeys(),
  ) {}

  /** The row of a statement as this session runs it. */
  statement(session: SessionRow, digest: string): OpenEntry {
    return this.#entry('statement', digest, session, null);
  }

  /** The row of a session's cost that belongs to no statement. */
  session(kind: 'protocol' | 'session' | 'monitor', session: SessionRow): OpenEntry {
    return this.#entry(kind, null, session, null);
  }

  background(backendType: string): OpenEntry {
    return this.#entry('background', null, null, backendType);
  }

  unattributed(): OpenEntry {
    return this.#entry('unattributed', null, null, null);
  }

  /** The first interval begins with the first tick. */
  begin(atMs: number): void {
    this.#fromMs ??= atMs;
  }

  /** Closes the interval. One without length stays open: its rows and the next one's would begin at the same time. */
  drain(atMs: number): UsageEntry[] {
    const fromMs = this.#fromMs;
    if (fromMs === null || atMs <= fromMs) {
      this.#fromMs = atMs;
      return [];
    }
    const rows = [...this.#open.values()]
      .flatMap((entries) => [...entries.values()])
      .map((entry) => ({
        ...entry,
        fromMs,
        toMs: atMs,
        cpuErrorNs: Math.round(entry.cpuErrorNs),
      }));
    this.#open = new Map();
    this.#fromMs = atMs;
    return rows;
  }

  #entry(
    kind: UsageKind,
    digest: string | null,
    session: SessionRow | null,
    backendType: string | null,
  ): OpenEntry {
    const entries = this.#entriesOf(session === null ? '' : this.groups.of(session));
    const key = digest ?? `${kind}\0${backendType}`;
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry: OpenEntry = {
      instance: this.instance,
      kind,
      statementId: digest === null ? null : this.statementId(digest),
      database: session?.database ?? null,
      user: session?.user ?? null,
      application: session?.application ?? null,
      clientAddress: session?.clientAddress ?? null,
      backendType,
      cpuNs: 0,
      exactCpuNs: 0,
      cpuErrorNs: 0,
      runQueueNs: 0,
      readBytes: null,
      writeBytes: null,
      samples: 0,
      waitMs: {},
      anonPeakBytes: null,
      tempPeakBytes: null,
      durations: [],
    };
    entries.set(key, entry);
    return entry;
  }

  #entriesOf(who: string): Map<string, OpenEntry> {
    const known = this.#open.get(who);
    if (known !== undefined) return known;
    const entries = new Map<string, OpenEntry>();
    this.#open.set(who, entries);
    return entries;
  }
}

export function add(entry: OpenEntry, amount: Amount): void {
  entry.cpuNs += amount.cpuNs;
  entry.runQueueNs += amount.runQueueNs;
  if (amount.readBytes !== null) entry.readBytes = (entry.readBytes ?? 0) + amount.readBytes;
  if (amount.writeBytes !== null) entry.writeBytes = (entry.writeBytes ?? 0) + amount.writeBytes;
}

export function addDuration(entry: OpenEntry, durationMs: number): void {
  if (entry.durations.length === 0) entry.durations = new Array<number>(DURATION_BUCKETS).fill(0);
  const bucket = durationBucket(durationMs);
  entry.durations[bucket] = (entry.durations[bucket] ?? 0) + 1;
}

/**
 * Splits an integer by weights into integers that sum to it exactly; the largest weight takes the rounding.
 * Weights must not all be zero.
 */
export function splitExactly(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const parts = weights.map((weight) => Math.floor((total * weight) / sum));
  const rest = total - parts.reduce((all, part) => all + part, 0);
  const largest = weights.indexOf(Math.max(...weights));
  parts[largest] = (parts[largest] ?? 0) + rest;
  return parts;
}
