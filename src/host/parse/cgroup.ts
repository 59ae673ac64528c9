/** Where a process stands: the path of the unified hierarchy (v2), and of each controller that is mounted by itself (v1). */
export interface CgroupPaths {
  readonly unified: string | null;
  readonly controllers: ReadonlyMap<string, string>;
}

/** /proc/<pid>/cgroup: lines of `id:controllers:path`; a path may hold colons. */
export function parseCgroupPaths(text: string): CgroupPaths {
  let unified: string | null = null;
  const controllers = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [id, names, ...path] = line.split(':');
    if (names === undefined || path.length === 0) continue;
    if (id === '0' && names === '') unified = path.join(':');
    else for (const name of names.split(',')) controllers.set(name, path.join(':'));
  }
  return { unified, controllers };
}

/** The path that names its container or service. */
export function cgroupPathOf({ unified, controllers }: CgroupPaths): string | null {
  const own = [controllers.get('cpu'), unified, controllers.get('memory')];
  return own.find((path) => path !== undefined && path !== null && path !== '/') ?? unified;
}

const CONTAINER =
  /(?:docker|libpod|cri-containerd|crio|containerd)[-/]([0-9a-f]{12})[0-9a-f]*|\/kubepods.*\/([0-9a-f]{12})[0-9a-f]{52}|\/lxc(?:\.payload)?[./]([^/]+)|machine-([^/]+)\.scope/;

/** Short id or name of the container that a control-group path belongs to, null for none. */
export function containerOf(path: string): string | null {
  const found = CONTAINER.exec(path);
  return found?.slice(1).find((part) => part !== undefined) ?? null;
}

/** `cpu.max` (v2) or cfs quota and period (v1): limit in cores, null for none. */
export function parseCpuLimit(quota: string, period?: string): number | null {
  const [first = '', second = ''] =
    period === undefined ? quota.trim().split(' ') : [quota.trim(), period.trim()];
  const [limit, base] = [Number(first), Number(second)];
  return Number.isFinite(limit) && limit > 0 && base > 0 ? limit / base : null;
}

/** Key-value lines such as cpu.stat. */
export function parseKeyed(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf(' ')), Number(line.slice(line.indexOf(' ') + 1))]),
  );
}
