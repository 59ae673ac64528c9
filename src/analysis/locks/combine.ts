import type { LockAnalyst, LockFindings } from '../../core/lock-analyst.js';

/** Several analysts of one instance as one: each gets everything, and what they find is put together in their order. */
export function combine(analysts: readonly LockAnalyst[]): LockAnalyst {
  const all = (of: (analyst: LockAnalyst) => LockFindings): LockFindings => {
    const found = analysts.map(of);
    return {
      edges: found.flatMap(({ edges }) => edges),
      episodes: found.flatMap(({ episodes }) => episodes),
      deadlocks: found.flatMap(({ deadlocks }) => deadlocks),
      events: found.flatMap(({ events }) => events),
    };
  };
  return {
    connected(facts) {
      for (const analyst of analysts) analyst.connected(facts);
    },
    tick: (tick) => all((analyst) => analyst.tick(tick)),
    observe: (reading) => all((analyst) => analyst.observe(reading)),
    reported: (deadlocks) => all((analyst) => analyst.reported(deadlocks)),
  };
}
