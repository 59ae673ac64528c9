import type { HostReader } from '../../core/host.js';
import type { SessionRow } from '../../core/session.js';

/** Cumulative, ms. */
export interface SessionUse {
  readonly cpuMs: number;
  /** Time that the session, and this process, were ready to run and had no CPU: no lock was the reason. */
  readonly queuedMs: number;
}

/** CPU that our own sessions used on a server of this host: what a snapshot costs there, to the microsecond. */
export class OwnCpu {
  #tasks = new Map<string, { readonly pid: number; readonly tid: number | null }>();
  /** Seen so far: sessions are processes, and their ids are the pids of this host. */
  #idsArePids = false;

  constructor(
    private readonly host: HostReader,
    private readonly local: boolean,
  ) {}

  /** Sessions with process and thread ids of this host. */
  see(sessions: readonly SessionRow[], own: ReadonlySet<string>): void {
    if (!this.local) return;
    const ours: SessionRow[] = [];
    for (const session of sessions) if (own.has(session.id) && session.osPid !== null) ours.push(session);
    this.#tasks = new Map(ours.map(({ id, osPid, osTid }) => [id, { pid: osPid as number, tid: osTid }]));
    this.#idsArePids =
      ours.length > 0 && ours.every(({ id, osPid, osTid }) => osTid === null && osPid === Number(id));
  }

  /** Null: not on this host, or no tick has seen the session yet (a new process has its id for its pid). */
  use(sessionId: string): SessionUse | null {
    const known = this.#tasks.get(sessionId);
    const task = known ?? (this.#idsArePids ? { pid: Number(sessionId), tid: null } : null);
    if (task === null) return null;
    const reading =
      task.tid === null
        ? this.host.readProcesses([task.pid]).get(task.pid)
        : this.host.readThreads(task.pid, [task.tid]).get(task.tid);
    if (reading === undefined) return null;
    const ours = this.host.readProcesses([process.pid]).get(process.pid)?.runQueueNs ?? 0;
    return { cpuMs: reading.cpuNs / 1e6, queuedMs: ((reading.runQueueNs ?? 0) + ours) / 1e6 };
  }
}
