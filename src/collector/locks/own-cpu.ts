import type { HostReader } from '../../core/host.js';
import type { SessionRow } from '../../core/session.js';

/** CPU that our own sessions used on a server of this host: what a snapshot costs there, to the microsecond. */
export class OwnCpu {
  #tasks = new Map<string, { readonly pid: number; readonly tid: number | null }>();

  constructor(
    private readonly host: HostReader,
    private readonly local: boolean,
  ) {}

  /** Sessions with process and thread ids of this host. */
  see(sessions: readonly SessionRow[], own: ReadonlySet<string>): void {
    if (!this.local) return;
    const ours = sessions.filter(({ id, osPid }) => own.has(id) && osPid !== null);
    this.#tasks = new Map(ours.map(({ id, osPid, osTid }) => [id, { pid: osPid as number, tid: osTid }]));
  }

  /** Null: not on this host, or no tick has seen the session yet. */
  usedMs(sessionId: string): number | null {
    const task = this.#tasks.get(sessionId);
    if (task === undefined) return null;
    const reading =
      task.tid === null
        ? this.host.readProcesses([task.pid]).get(task.pid)
        : this.host.readThreads(task.pid, [task.tid]).get(task.tid);
    return reading === undefined ? null : reading.cpuNs / 1e6;
  }
}
