import { ERROR_CODES } from '../core/errors.js';
import type { DatabaseResourceMonitor } from '../monitor.js';

/** Exit code of a run over many instances: the highest among those that are down when asked, 0 for none. */
export function watchDown(monitor: DatabaseResourceMonitor): () => number {
  const down = new Map<string, number>();
  monitor.on('up', ({ instance }) => down.delete(instance));
  monitor.on('down', ({ instance, code }) => down.set(instance, ERROR_CODES[code].exitCode));
  return () => Math.max(0, ...down.values());
}
