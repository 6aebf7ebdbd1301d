/** Pictures from words, from a shell. */
import type { Options } from '../bots/options.ts';
import { makeAtShell } from './at-shell.ts';
import { readRequest, type ShellOptions } from './imagine-options.ts';

export const imagine = (shell: ShellOptions, options: Options, out: string): Promise<void> =>
  makeAtShell('imagine', (handedIn) => readRequest(shell, options, handedIn), out);
