/** Who waits for whom, as far as the graph's shape is concerned. */
export interface Link {
  readonly waiterId: string;
  readonly blockerId: string;
  /** Who stands before it in the same queue and waits for the same. */
  readonly behindId?: string | null;
}

/** The wait graph of one moment. Every walk is linear in its edges: a thousand waiters on one row are looked at ten times a second. */
export class WaitGraph {
  readonly #blockers = new Map<string, Set<string>>();
  readonly #waiters = new Map<string, Set<string>>();
  readonly #queued = new Map<string, string>();

  constructor(links: readonly Link[]) {
    for (const { waiterId, blockerId, behindId } of links) {
      if (waiterId === blockerId) continue;
      put(this.#blockers, waiterId, blockerId);
      put(this.#waiters, blockerId, waiterId);
      if (behindId !== undefined && behindId !== null && behindId !== waiterId)
        this.#queued.set(waiterId, behindId);
    }
  }

  get nodes(): readonly string[] {
    return [...new Set([...this.#blockers.keys(), ...this.#waiters.keys()])];
  }

  get waiters(): readonly string[] {
    return [...this.#blockers.keys()];
  }

  blockersOf(id: string): readonly string[] {
    return [...(this.#blockers.get(id) ?? [])];
  }

  waitersOf(id: string): readonly string[] {
    return [...(this.#waiters.get(id) ?? [])];
  }

  /** Those at the ends of the chains: blockers that wait for nobody, and every member of a cycle that nobody outside it holds up. */
  roots(): string[] {
    const free = [...this.#waiters.keys()].filter((id) => !this.#blockers.has(id));
    const closed = this.cycles().filter((cycle) => {
      const members = new Set(cycle);
      return cycle.every((id) => this.blockersOf(id).every((blocker) => members.has(blocker)));
    });
    return [...free, ...closed.flat()];
  }

  /** Everybody who waits for this one, directly or through others. */
  behind(id: string): Set<string> {
    const seen = new Set<string>();
    const open = [...(this.#waiters.get(id) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === id || seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.#waiters.get(next) ?? []));
    }
    return seen;
  }

  /**
   * Who would run if this one went: `atOnce` those who wait for nobody else and are next in their queue; `inTheEnd` also those whose turn comes as the freed ones
   * finish, one after another. Who waits for another root too, or stands in a cycle, is in neither.
   */
  freedBy(id: string): { atOnce: readonly string[]; inTheEnd: readonly string[] } {
    const inTheEnd = this.#peel([id]).filter((each) => each !== id);
    const atOnce = this.waitersOf(id).filter((waiter) => {
      const before = this.#queued.get(waiter);
      return this.#blockers.get(waiter)?.size === 1 && (before === undefined || before === id);
    });
    return { atOnce, inTheEnd };
  }

  /** Groups of sessions that wait for one another: none of them can go on. */
  cycles(): string[][] {
    const gone = new Set(this.#peel([...this.#waiters.keys()].filter((id) => !this.#blockers.has(id))));
    const stuck = this.waiters.filter((id) => !gone.has(id));
    return stuck.length === 0 ? [] : components(stuck, (id) => this.blockersOf(id));
  }

  /** Parts of the graph that have nothing to do with each other. */
  parts(): string[][] {
    const seen = new Set<string>();
    const parts: string[][] = [];
    for (const start of this.nodes) {
      if (seen.has(start)) continue;
      const part: string[] = [];
      const open = [start];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (seen.has(next)) continue;
        seen.add(next);
        part.push(next);
        open.push(...(this.#blockers.get(next) ?? []), ...(this.#waiters.get(next) ?? []));
      }
      parts.push(part);
    }
    return parts;
  }

  /** Takes these away, then again and again those whose blockers are all gone; in that order. */
  #peel(first: readonly string[]): string[] {
    const left = new Map([...this.#blockers].map(([id, blockers]) => [id, blockers.size]));
    const gone = [...first];
    for (let index = 0; index < gone.length; index += 1) {
      for (const waiter of this.#waiters.get(gone[index] as string) ?? []) {
        const remaining = (left.get(waiter) ?? 0) - 1;
        left.set(waiter, remaining);
        if (remaining === 0 && waiter !== first[0]) gone.push(waiter);
      }
    }
    return gone;
  }
}

/** Strongly connected components of more than one node (Kosaraju: two walks, no recursion). */
function components(nodes: readonly string[], next: (id: string) => readonly string[]): string[][] {
  const inside = new Set(nodes);
  const reversed = new Map<string, Set<string>>();
  for (const id of nodes) for (const to of next(id)) if (inside.has(to)) put(reversed, to, id);
  const seen = new Set<string>();
  const finished = nodes.flatMap((id) =>
    postOrder(id, seen, (each) => next(each).filter((to) => inside.has(to))),
  );
  const taken = new Set<string>();
  return finished
    .reverse()
    .map((id) => postOrder(id, taken, (each) => [...(reversed.get(each) ?? [])]))
    .filter((component) => component.length > 1);
}

function postOrder(start: string, seen: Set<string>, next: (id: string) => readonly string[]): string[] {
  if (seen.has(start)) return [];
  const order: string[] = [];
  const stack: { id: string; open: string[] }[] = [{ id: start, open: [...next(start)] }];
  seen.add(start);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = top.open.pop();
    if (child === undefined) {
      order.push(top.id);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ id: child, open: [...next(child)] });
    }
  }
  return order;
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
