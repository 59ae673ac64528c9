import type { DeadlockRecord } from '../../../core/lock-samples.js';
import type { LockClass } from './classes.js';
import type { Crossing } from './crossings.js';
import { isUpgrade, type Meeting } from './meetings.js';

/** What speaks for a pattern; kept as the record's source. */
export type Evidence =
  | 'lock order'
  | 'order of keys'
  | 'keys compared'
  | 'rows in statements'
  | 'circle of rows'
  | 'shared lock, then exclusive'
  | 'circle that stood';

/** Transaction templates that can close a circle of locks on each other, whether or not they ever have. */
export interface Pattern {
  /** The classes around the circle, sorted: what makes it the same pattern. One class twice: against its own kind. */
  readonly classes: readonly LockClass[];
  readonly kind: 'order' | 'keys' | 'upgrade';
  readonly evidence: Evidence;
  readonly sides: readonly Side[];
  readonly probability: number;
}

export interface Side {
  readonly held: LockClass;
  readonly wanted: LockClass;
  readonly heldBy: string | null;
  readonly wantedBy: string | null;
  readonly user: string | null;
  readonly application: string | null;
}

/** The chance that one circle of rows was none: a reading put together from two moments. */
const ROWS_DOUBT = 0.15;

export function fromCircle(circle: readonly Crossing[]): Pattern {
  return {
    classes: circle.map(({ wanted }) => wanted).sort(),
    kind: 'order',
    evidence: 'lock order',
    sides: circle.map(({ held, wanted, heldBy, wantedBy, user, application }) => ({
      held,
      wanted,
      heldBy,
      wantedBy,
      user,
      application,
    })),
    probability: circle.reduce((product, { doubt }) => product * (1 - doubt), 1),
  };
}

export function fromMeeting(meeting: Meeting, probability: number): Pattern {
  const { name, first, later, user, application } = meeting;
  const side = { held: name, wanted: name, heldBy: first, wantedBy: later, user, application };
  const upgrade = isUpgrade(meeting);
  return {
    classes: [name, name],
    kind: upgrade ? 'upgrade' : 'keys',
    evidence: upgrade ? 'shared lock, then exclusive' : 'order of keys',
    sides: [side, side],
    probability,
  };
}

/** Rows were locked in a circle, at different times: `circles` of different transactions. */
export function fromRows(classes: readonly LockClass[], circles: number, wantedBy: string | null): Pattern {
  const sides = classes.map((wanted, index) => ({
    held: classes.at(index - 1) as LockClass,
    wanted,
    heldBy: null,
    wantedBy: classes.every((name) => name === wanted) ? wantedBy : null,
    user: null,
    application: null,
  }));
  const same = classes.every((name) => name === classes[0]);
  return {
    classes: [...classes].sort(),
    kind: same ? 'keys' : 'order',
    evidence: 'circle of rows',
    sides,
    probability: 1 - ROWS_DOUBT ** circles,
  };
}

/** Two transactions took keys of one class in opposite orders: `by` are the statements of one of them. */
export function fromKeys(name: LockClass, probability: number, by: readonly (string | null)[]): Pattern {
  const [heldBy = null, wantedBy = null] = by;
  const side = { held: name, wanted: name, heldBy, wantedBy, user: null, application: null };
  return { classes: [name, name], kind: 'keys', evidence: 'keys compared', sides: [side, side], probability };
}

/** A circle of waits stands: its like can close again. */
export function fromStanding({ resources, parties, probability }: DeadlockRecord, upgrade: boolean): Pattern {
  const classes = resources.length === 1 ? [...resources, ...resources] : [...resources].sort();
  const kind = resources.length > 1 ? 'order' : upgrade ? 'upgrade' : 'keys';
  const sides = classes.map((wanted, index) => ({
    held: classes.at(index - 1) as LockClass,
    wanted,
    heldBy: null,
    wantedBy: null,
    user: parties[index]?.user ?? null,
    application: parties[index]?.application ?? null,
  }));
  return { classes, kind, evidence: 'circle that stood', sides, probability };
}

/** A circle of several rows of one class is one pattern, however many rows. */
export function patternKey(classes: readonly LockClass[]): string {
  const different = [...new Set(classes)].sort();
  return (different.length === 1 ? [different[0], different[0]] : different).join('\0');
}
