import { optionTables } from '../../lib/engine/index.ts';
import { choice } from './flags.ts';
import { flagsOf, type RowFlags } from './row-flags.ts';

const { optionsOf, ...table } = flagsOf(optionTables.loadModel, {
  // true, `x` and `y` in lib.
  seamless: (describe, group) => choice(describe, ['xy', 'x', 'y'], group),
});

/** Everything loadModel() takes. */
export const modelFlags: RowFlags = {
  ...table,
  optionsOf: (values) => {
    const options = optionsOf(values);
    if (options['seamless'] === 'xy') options['seamless'] = true;
    return options;
  },
};
