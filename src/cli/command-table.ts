import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.js';

export type Run = (context: CommandContext, args: readonly string[], options: never) => Promise<void>;
/** A command's code is loaded when it runs, so that `--help` loads none. */
export type Load = () => Promise<Run>;
export type Add = (usage: string, description: string, examples: readonly string[], load: Load) => Command;

/** The text itself, once it is known to be a number above 0. */
export function wholeNumber(text: string): string {
  if (/^[1-9]\d*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
