import type { LockEpisode } from '../../../core/lock-samples.js';
import type { EventSample } from '../../../core/samples.js';
import { WaitGraph } from '../graph.js';
import { contentionEnded, contentionEvent } from './events.js';
import type { Frame } from './frame.js';
import { Jam, type JamView } from './jam.js';

/** Waits shorter than this are everyday life of a busy table; a jam is told of from here on, or when it stays although its waits are short. */
const TOLD_FROM_MS = 100;
const STAYS_MS = 1_000;
const AGAIN_MS = 10_000;
/** Nobody waited for this long: the jam is over. On a hot row waiters come and go within milliseconds. */
const QUIET_MS = 3_000;

interface Keys {
  readonly size: number;
  has(key: string): boolean;
  keys(): Iterable<string>;
}

/** Follows jams from reading to reading. */
export class Episodes {
  #jams: Jam[] = [];
  readonly #records: LockEpisode[] = [];
  readonly #events: EventSample[] = [];

  constructor(private readonly instance: string) {}

  observe(frame: Frame): void {
    for (const view of viewsOf(frame)) {
      const jam = this.#jamOf(frame, view);
      jam.see(frame, view);
      this.#tell(jam, frame, view);
    }
    this.quiet(frame.atMs);
  }

  /** Closes jams in which nobody has waited for a while. */
  quiet(atMs: number): void {
    for (const jam of this.#jams) {
      if (atMs - jam.lastSeenMs < QUIET_MS || !jam.announced) continue;
      const record = jam.record(atMs, true);
      this.#records.push(record);
      this.#events.push(contentionEnded(record));
    }
    this.#jams = this.#jams.filter(({ lastSeenMs }) => atMs - lastSeenMs < QUIET_MS);
  }

  /** What came up since the last call. */
  take(): { episodes: readonly LockEpisode[]; events: readonly EventSample[] } {
    return { episodes: this.#records.splice(0), events: this.#events.splice(0) };
  }

  /** The oldest jam that shares a transaction or a thing waited for; else a new one. */
  #jamOf(frame: Frame, view: JamView): Jam {
    const known = this.#jams.find(
      ({ members, resources }) => meet(members, view.members) || meet(resources, view.resources),
    );
    if (known !== undefined) return known;
    const jam = new Jam(this.instance, frame, view);
    this.#jams.push(jam);
    return jam;
  }

  #tell(jam: Jam, frame: Frame, view: JamView): void {
    const longestMs = Math.max(...view.waiters.map((id) => frame.waitMs.get(id) ?? 0));
    if (!jam.announced && (longestMs >= TOLD_FROM_MS || frame.atMs - jam.startedAtMs >= STAYS_MS)) {
      jam.announced = true;
      this.#events.push(contentionEvent(jam.record(frame.atMs, false), view.waiters.length));
    }
    if (jam.announced && frame.atMs - jam.keptMs >= AGAIN_MS) {
      jam.keptMs = frame.atMs;
      this.#records.push(jam.record(frame.atMs, false));
    }
  }
}

function viewsOf(frame: Frame): JamView[] {
  const graph = new WaitGraph(frame.reading.edges);
  const roots = graph.roots();
  return graph.parts().map((part) => {
    const members = new Set(part);
    const waiters = part.filter((id) => frame.edgesOf.has(id));
    return {
      waiters,
      behind: new Map(roots.filter((id) => members.has(id)).map((id) => [id, graph.behind(id)])),
      members: new Set(part.map((id) => transactionOf(frame, id))),
      resources: new Set(
        waiters.flatMap((id) =>
          (frame.edgesOf.get(id) ?? []).flatMap(({ resource: { kind, key } }) =>
            kind === 'transaction' ? [] : key,
          ),
        ),
      ),
    };
  });
}

/** They share a key. The smaller one is walked through: a hundred jams of the last seconds are asked seven times a second. */
function meet(a: Keys, b: Keys): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const key of few.keys()) if (many.has(key)) return true;
  return false;
}

function transactionOf(frame: Frame, id: string): string {
  return `${frame.sessionId(id)} ${frame.sessions.get(id)?.transactionStartedAtMs ?? ''}`;
}
