import type { CollectorPorts } from '../ports.js';

const KEEP_EVERY_MS = 60_000;
/** Programs of a week ago may be others today. */
const FORGET_MS = 7 * 24 * 3_600_000;

/** What the analyst learns outlives the collector: kept each minute and at the end, recalled at the first connection. */
export class Learning {
  #server: { readonly identity: string | null } | null = null;
  #keptAtMs: number;

  constructor(
    private readonly ports: Pick<
      CollectorPorts,
      'learntStore' | 'lockAnalyst' | 'target' | 'clock' | 'logger'
    >,
  ) {
    this.#keptAtMs = ports.clock.monotonicMs();
  }

  /** `identity` of the server that answers: what was learnt of another one is left alone. */
  connected(identity: string | null): void {
    const first = this.#server === null;
    this.#server = { identity };
    if (!first) return;
    const { learntStore, lockAnalyst, target, clock } = this.ports;
    this.#guarded('what was learnt is of no use', () => {
      const kept = learntStore.load(target.name);
      if (kept === null || kept.identity !== identity || clock.nowMs() - kept.atMs > FORGET_MS) return;
      lockAnalyst.recall(kept.learnt);
    });
  }

  tick(): void {
    if (this.ports.clock.monotonicMs() - this.#keptAtMs >= KEEP_EVERY_MS) this.keep();
  }

  keep(): void {
    const { learntStore, lockAnalyst, target, clock } = this.ports;
    const server = this.#server;
    if (server === null) return;
    this.#keptAtMs = clock.monotonicMs();
    this.#guarded('what was learnt is not kept', () =>
      learntStore.save(target.name, { ...server, atMs: clock.nowMs(), learnt: lockAnalyst.learnt() }),
    );
  }

  #guarded(message: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const { logger, target } = this.ports;
      logger.warn({ instance: target.name, error: (error as Error).message }, message);
    }
  }
}
