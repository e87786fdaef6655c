import { createRequire } from 'node:module';
import type { Cron } from 'croner';

let loaded: typeof Cron | undefined;

/** croner, read at the first use: importing the package should not cost those who schedule nothing. */
function cronClass(): typeof Cron {
  loaded ??= (createRequire(import.meta.url)('croner') as typeof import('croner')).Cron;
  return loaded;
}

/** Why croner cannot read these five fields, in its words; undefined: it can. */
export function cronFault(expression: string): string | undefined {
  try {
    makeCron(expression, 'UTC');
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
  }
}

/** Five fields, or seven with seconds first and the year last, in a time zone. Runs nothing: it is asked for times. */
export function makeCron(expression: string, timeZone: string): Cron {
  const mode = expression.split(' ').length === 7 ? '7-part' : '5-part';
  return new (cronClass())(expression, { timezone: timeZone, paused: true, mode });
}
