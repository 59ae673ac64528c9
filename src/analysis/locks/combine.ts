import type { Learnt, LockAnalyst, LockFindings } from '../../core/lock-analyst.js';

/** Several analysts as one: each is told everything, what they find is put together. */
export function combine(analysts: readonly LockAnalyst[]): LockAnalyst {
  return {
    connected: (facts) => {
      for (const analyst of analysts) analyst.connected(facts);
    },
    tick: (tick) => together(analysts.map((analyst) => analyst.tick(tick))),
    observe: (reading) => together(analysts.map((analyst) => analyst.observe(reading))),
    held: (reading) => together(analysts.map((analyst) => analyst.held(reading))),
    reported: (deadlocks) => together(analysts.map((analyst) => analyst.reported(deadlocks))),
    learnt: () => Object.assign({}, ...analysts.map((analyst) => analyst.learnt())) as Learnt,
    recall: (learnt) => {
      for (const analyst of analysts) analyst.recall(learnt);
    },
  };
}

function together(findings: readonly LockFindings[]): LockFindings {
  const looks = findings.flatMap(({ lookAtMs }) => lookAtMs ?? []);
  return {
    lookAtMs: looks.length === 0 ? undefined : Math.min(...looks),
    edges: findings.flatMap(({ edges }) => edges),
    sessions: findings.flatMap(({ sessions }) => sessions),
    episodes: findings.flatMap(({ episodes }) => episodes),
    deadlocks: findings.flatMap(({ deadlocks }) => deadlocks),
    events: findings.flatMap(({ events }) => events),
  };
}
