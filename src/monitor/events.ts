import { EventEmitter } from 'node:events';
import type { MonitorEvents } from '../core/monitor-options.js';

/** Typed events. A listener that throws harms neither the loop that emitted nor the other listeners. */
export class Events {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  on<K extends keyof MonitorEvents>(event: K, listener: (payload: MonitorEvents[K]) => void): () => void {
    const safe = (payload: MonitorEvents[K]) => {
      try {
        listener(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    };
    this.#emitter.on(event, safe);
    return () => this.#emitter.off(event, safe);
  }

  emit = <K extends keyof MonitorEvents>(event: K, payload: MonitorEvents[K]): void => {
    this.#emitter.emit(event, payload);
  };
}
