import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { DbvitalsError } from '../core/errors.js';

/**
 * Asks for a secret at the terminal, without echo, also while standard input is a pipe. Null when this process has no
 * terminal. Rejects with INTERRUPTED on Ctrl-C and Ctrl-D, and when the signal aborts.
 */
export async function askSecret(question: string, signal: AbortSignal): Promise<string | null> {
  const terminal = openTerminal();
  if (terminal === null) return null;
  const { input, output } = terminal;
  // Before the question: who answers it at once must not see the secret on the screen either.
  input.setRawMode(true);
  output.write(question);
  try {
    return await typed(input, signal);
  } finally {
    input.setRawMode(false);
    output.write('\n');
    input.destroy();
    output.destroy();
  }
}

/** Asks until both answers agree; null when there is no terminal. */
export async function askNewSecret(what: string, signal: AbortSignal): Promise<string | null> {
  for (let question = `${what}: `; ; question = `they differ; ${what}: `) {
    const first = await askSecret(question, signal);
    if (first === null) return null;
    if (first === '') continue;
    if ((await askSecret('again: ', signal)) === first) return first;
  }
}

function openTerminal(): { input: ReadStream; output: WriteStream } | null {
  try {
    return {
      input: new ReadStream(openSync('/dev/tty', 'r')),
      output: new WriteStream(openSync('/dev/tty', 'w')),
    };
  } catch {
    return null;
  }
}

function typed(input: ReadStream, signal: AbortSignal): Promise<string> {
  input.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let text = '';
    const stop = () => reject(new DbvitalsError('INTERRUPTED', 'stopped while asking for a secret'));
    signal.addEventListener('abort', stop, { once: true });
    input.on('error', reject);
    input.on('data', (chunk) => {
      // Pasted text comes as one chunk, the key that ends it included.
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') return resolve(text);
        if (key === '\u0003' || key === '\u0004') return stop();
        if (key === '\u007f' || key === '\b') text = [...text].slice(0, -1).join('');
        else if (key === '\u0015') text = '';
        else text += key;
      }
    });
  });
}
