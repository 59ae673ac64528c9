import type { SampleSink } from '../core/samples.js';

/** One sink that feeds several. */
export function fanOut(sinks: readonly SampleSink[]): SampleSink {
  const all = async (of: (sink: SampleSink) => Promise<void>) => {
    await Promise.all(sinks.map(of));
  };
  return {
    append: (table, rows) => {
      if (rows.length > 0) for (const sink of sinks) sink.append(table, rows);
    },
    flush: () => all((sink) => sink.flush()),
    close: () => all((sink) => sink.close()),
    [Symbol.asyncDispose]: () => all((sink) => sink.close()),
  };
}
