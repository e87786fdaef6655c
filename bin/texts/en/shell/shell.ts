/** What every command says: wrong usage, Ctrl-C, and what to do after an error. */
import { form } from '../words.ts';

export const shell = {
  understood: ({ line }: { line: string }) => `understood as: ${line}`,
  cancelled: 'cancelled',
  cancelling: 'cancelling… (Ctrl-C again stops at once)',
  finishedFirst: 'it was finished before it could be cancelled',
  stopping: 'stopping: what is being painted may finish within --stop-within, else it is painted again later (Ctrl-C again ends at once)',
  stoppingAfterCall: 'stopping after the call that is under way',
  next: {
    help: ({ line }: { line: string }) => `See: ${line} --help`,
    bug: 'This is a bug in ai-artist. Run the command again with --debug and report the output.',
    crash: 'Run `ai-artist doctor`, then the command again with --debug, and report the output.',
    noBinary: 'Run `ai-artist doctor`: it lists what was tried and what is missing.',
    noDevice: 'Run `ai-artist doctor` for the devices of this machine.',
    runFolder: 'Give another --run-folder, leave it out for a new one, or go on with that run: ai-artist train resume FOLDER',
    otherOut: 'Give another --out, or --force to replace it.',
    force: 'Give --force to replace it.',
  },
  usage: {
    noCommand: ({ word }: { word: string }) => `${word}: no such command`,
    meantCommand: ({ lines }: { lines: string }) => `Did you mean: ${lines}?`,
    or: ', or ',
    has: ({ command, names }: { command: string; names: string }) => `${command} has ${names}`,
    oneOf: ({ name, names }: { name: string; names: string }) => `${name}: expected one of ${names}, got none`,
    noValue: ({ name }: { name: string }) => `${name}: expected a value after it, got none`,
    missing: ({ n, names, usage }: { n: number; names: string; usage: string }) =>
      `${names}: expected ${form(n, { one: 'a value', other: 'values' })}, got none. Usage: ${usage}`,
    unknownOption: ({ name }: { name: string }) => `${name}: unknown option`,
    meantOption: ({ name }: { name: string }) => `Did you mean ${name}?`,
    unquoted: ({ word, line }: { word: string; line: string }) =>
      `unexpected argument ${word}. A text with spaces needs quotes around it: ${line}`,
    surplus: ({ word, usage }: { word: string; usage: string }) => `unexpected argument ${word}. Usage: ${usage}`,
  },
};
