/** What `generate --prompts` says. */
import { form, pictures } from '../words.ts';

export const list = {
  painted: ({ line, file, seed, times }: { line: number; file: string; seed: number; times: string }) =>
    `line ${line}: ${file}, seed ${seed}, ${times}`,
  failed: ({ line, why }: { line: number; why: string }) => `line ${line}: ${why}`,
  stopped: ({ done, all }: { done: number; all: number }) =>
    `${done} of ${all} ${form(all, { one: 'line', other: 'lines' })} done; the same command goes on`,
  done: ({ painted, there }: { painted: number; there: number }) =>
    `${pictures(painted)} painted${there > 0 ? `; ${there} ${form(there, { one: 'line was', other: 'lines were' })} done before (--force paints them again)` : ''}`,
  again: ({ failed, all, named }: { failed: number; all: number; named: string }) =>
    `${failed} of ${all} ${form(all, { one: 'line', other: 'lines' })} failed: ${named}. The same command tries ${form(failed, { one: 'it', other: 'them' })} again`,
};
