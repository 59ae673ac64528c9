import { keysOf } from '../../../../bench/deadlocks/keys.js';
import type { Mix, MixTemplate } from '../../../../bench/deadlocks/mixes.js';
import type {
  LockAnalyst,
  LockFindings,
  ReportedDeadlock,
  TransactionStep,
} from '../../../../src/core/lock-analyst.js';
import type { DeadlockRecord } from '../../../../src/core/lock-samples.js';
import { seeded } from './seeded.js';
import { readingOf, sessionRow } from './view.js';
import {
  blockersOf,
  digestOf,
  lockOf,
  newWorker,
  relationOf,
  type SimulatedEngine,
  START,
  statedBy,
  type Worker,
} from './worker.js';

export interface SimulationOptions {
  readonly mix: Mix;
  readonly engine: SimulatedEngine;
  readonly seed: number;
  readonly seconds: number;
  /** Mean time between two statements of a transaction, and between two transactions, ms. */
  readonly thinkMs: number;
  readonly pauseMs: number;
}

export interface SimulationResult {
  readonly records: readonly DeadlockRecord[];
  /** When the server ended whom. */
  readonly deadlocks: readonly { readonly atMs: number; readonly victim: string }[];
  readonly waits: number;
  readonly transactions: number;
}

const DEADLOCK_TIMEOUT = 1_000;
const TICK = 1_000;
const LOOK = 150;
const WATCH = 250;

/** A toy lock manager under a mix of transactions, watched by an analyst as the collector would let it. */
export function simulate(options: SimulationOptions, analyst: LockAnalyst): SimulationResult {
  return new Simulation(options, analyst).run();
}

class Simulation {
  readonly #random: () => number;
  readonly #workers: Worker[];
  /** How often each row was changed: PostgreSQL's place of a row is another after each. */
  readonly #versions = new Map<string, number>();
  readonly #records: DeadlockRecord[] = [];
  readonly #deadlocks: { atMs: number; victim: string }[] = [];
  #steps: TransactionStep[] = [];
  #reported: ReportedDeadlock[] = [];
  #counted = 0;
  #stepNumber = 0;
  #nextXid = 1_000;
  #waits = 0;
  #transactions = 0;
  #nextTick: number;
  #nextLook = Number.POSITIVE_INFINITY;

  constructor(
    private readonly options: SimulationOptions,
    private readonly analyst: LockAnalyst,
  ) {
    this.#random = seeded(options.seed);
    const { mix, pauseMs } = options;
    this.#workers = Array.from({ length: mix.sessions }, (_, index) =>
      newWorker(index, mix, this.#random() * pauseMs),
    );
    this.#nextTick = TICK * this.#random();
  }

  run(): SimulationResult {
    for (let now = 0; now < this.options.seconds * 1000; now += 1) {
      for (const worker of this.#workers) this.#move(worker, now);
      this.#watch(now);
    }
    return {
      records: this.#records,
      deadlocks: this.#deadlocks,
      waits: this.#waits,
      transactions: this.#transactions,
    };
  }

  #move(worker: Worker, now: number): void {
    if (worker.state === 'wait') {
      if (this.options.engine === 'postgresql' && now - worker.waitAt === DEADLOCK_TIMEOUT)
        this.#detect(worker, now);
    } else if (worker.dueAt <= now) {
      if (worker.state === 'idle') this.#begin(worker, now);
      else if (worker.step >= worker.template.steps.length) this.#end(worker, now);
      else this.#runStatement(worker, now);
    }
  }

  #begin(worker: Worker, now: number): void {
    const { templates, rows } = this.options.mix;
    let pick = this.#random() * templates.reduce((sum, { weight }) => sum + weight, 0);
    worker.template =
      templates.find(({ weight }) => {
        pick -= weight;
        return pick < 0;
      }) ?? (templates[0] as MixTemplate);
    worker.keys = keysOf(worker.template, rows, this.#random, now + Number(worker.id));
    worker.step = 0;
    worker.held = [];
    worker.done = [];
    worker.transaction += 1;
    worker.xid = null;
    worker.transactionAt = now;
    worker.state = 'think';
    // BEGIN is a round trip of its own.
    worker.dueAt = now + (worker.template.steps.length === 1 ? 0 : 0.3 + this.#random() * 0.8);
  }

  #runStatement(worker: Worker, now: number): void {
    const step = worker.template.steps[worker.step];
    if (step === undefined) return;
    worker.statementAt = now;
    if (worker.template.steps.length === 1) worker.transactionAt = now;
    worker.wants = lockOf(step, worker.keys, this.options.engine);
    if (step.how !== 'gate') worker.xid ??= this.#nextXid++;
    this.#tryLock(worker, now);
  }

  #tryLock(worker: Worker, now: number): void {
    const { wants } = worker;
    if (wants === null) return;
    if (blockersOf(worker, this.#workers).length > 0) {
      if (worker.state === 'wait') return;
      worker.state = 'wait';
      worker.waitAt = now;
      this.#waits += 1;
      if (this.options.engine === 'mysql') this.#detect(worker, now);
      return;
    }
    const { resource, mode, step } = wants;
    worker.held.push({ resource, mode: mode === 'I' ? 'X' : mode, step });
    worker.done.push(step);
    worker.wants = null;
    worker.state = 'think';
    worker.step += 1;
    const more = worker.step < worker.template.steps.length;
    worker.dueAt = now + 0.2 + (more ? this.#exponential(this.options.thinkMs) : 0.2);
    if (mode === 'X' || mode === 'I') this.#versions.set(resource, (this.#versions.get(resource) ?? 0) + 1);
    this.#stepNumber += 1;
    this.#steps.push({
      sessionId: worker.id,
      transaction: String(worker.transaction),
      step: this.#stepNumber,
      digest: digestOf(step),
      follows: worker.transaction > 1,
      ...statedBy(step, worker.keys),
    });
  }

  #end(worker: Worker, now: number): void {
    this.#transactions += 1;
    worker.held = [];
    worker.wants = null;
    worker.state = 'idle';
    worker.dueAt = now + this.#exponential(this.options.pauseMs);
    const waiting = this.#workers.filter(({ state }) => state === 'wait').sort((a, b) => a.waitAt - b.waitAt);
    for (const other of waiting) this.#tryLock(other, now);
  }

  /** PostgreSQL's waiter looks after a second, InnoDB at once; who looks and finds a circle is the victim. */
  #detect(worker: Worker, now: number): void {
    const circle = this.#circle(worker, [worker]);
    if (circle === null) return;
    this.#counted += 1;
    this.#deadlocks.push({ atMs: START + now, victim: worker.id });
    if (this.options.engine === 'mysql')
      this.#reported.push({
        atMs: START + now,
        source: 'InnoDB status',
        victimId: worker.id,
        parties: circle.map(({ id, wants }) => ({
          sessionId: id,
          digest: wants === null ? null : digestOf(wants.step),
          text: null,
          waitsFor: wants === null ? null : relationOf(wants.step),
          mode: 'X',
        })),
      });
    this.#end(worker, now);
  }

  #circle(node: Worker, path: readonly Worker[]): readonly Worker[] | null {
    if (node.state !== 'wait') return null;
    for (const next of blockersOf(node, this.#workers)) {
      if (next === path[0]) return path;
      const found = path.includes(next) ? null : this.#circle(next, [...path, next]);
      if (found !== null) return found;
    }
    return null;
  }

  /** A tick each second; while somebody waits a look each 150 ms, else the cheap question each 250 ms. */
  #watch(now: number): void {
    const { engine } = this.options;
    const waiting = this.#workers.some(({ state }) => state === 'wait');
    if (now >= this.#nextTick) {
      this.#nextTick += TICK;
      this.#tick(now);
      if (waiting && this.#nextLook === Number.POSITIVE_INFINITY) this.#nextLook = now + 2;
    }
    if (now < this.#nextLook) return;
    this.#keep(this.analyst.observe(readingOf(this.#workers, now, engine, this.#versions, this.#nextXid)));
    this.#nextLook = now + (waiting ? LOOK : WATCH);
  }

  #tick(now: number): void {
    const { engine } = this.options;
    this.#keep(
      this.analyst.tick({
        atMs: START + now,
        clockOffsetMs: 0,
        sessions: this.#workers.map((worker) => sessionRow(worker, engine)),
        statements: null,
        history: engine === 'mysql' ? this.#steps : null,
        deadlocks: this.#counted,
      }),
    );
    this.#steps = [];
    this.#counted = 0;
    this.#keep(this.analyst.reported(this.#reported.splice(0)));
  }

  #keep({ deadlocks }: LockFindings): void {
    this.#records.push(...deadlocks);
  }

  #exponential(mean: number): number {
    return -Math.log(1 - this.#random()) * mean;
  }
}
