import type { SpeedOptions } from '../../../lib/advice/index.ts';
import type { Context } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';

/** How a command asks for the speed of this machine. @param again measure it anew */
export const machineOf = ({ home, signal, warn, note }: Context, again = false): SpeedOptions => ({
  ...{ home, again, signal, warn },
  onMeasure: () => note(t.advice.measuring),
});
