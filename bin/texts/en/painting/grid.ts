/** What `grid` says. */
import { form, pictures } from '../words.ts';

export const grid = {
  done: ({ painted, all, earlier, times }: { painted: number; all: number; earlier: number; times: string }) =>
    `${painted === all ? pictures(all) : `${painted} of ${pictures(all)}`} on the sheet${earlier > 0 ? `, ${earlier} of them from before` : ''}; ${times}`,
  seed: ({ seed }: { seed: number }) => `, seed ${seed}`,
  failed: ({ n }: { n: number }) =>
    `${pictures(n)} failed; the same command tries ${form(n, { one: 'it', other: 'them' })} again, with --force into the same sheet`,
  stopped: 'stopped; the same command goes on, with --force into the same sheet',
};
