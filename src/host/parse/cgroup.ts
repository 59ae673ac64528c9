/** Path of the control group of a process from /proc/<pid>/cgroup: the unified one (v2) or that of the cpu controller (v1). */
export function parseCgroupPath(text: string): { path: string; version: 1 | 2 } | null {
  const lines = text.split('\n').map((line) => line.split(':'));
  const v1 = lines.find(([, controllers]) => controllers?.split(',').includes('cpu'));
  if (v1?.[2] !== undefined && v1[2] !== '/') return { path: v1.slice(2).join(':'), version: 1 };
  const v2 = lines.find(([id, controllers]) => id === '0' && controllers === '');
  if (v2?.[2] !== undefined) return { path: v2.slice(2).join(':'), version: 2 };
  return v1?.[2] === undefined ? null : { path: v1[2], version: 1 };
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
