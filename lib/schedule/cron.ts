import { createRequire } from 'node:module';
import type { Cron } from 'croner';

let loaded: typeof Cron | undefined;

/** croner, read at the first use: importing the package should not cost those who schedule nothing. */
function cronClass(): typeof Cron {
  loaded ??= (createRequire(import.meta.url)('croner') as typeof import('croner')).Cron;
  return loaded;
}

/** Whether croner can read these five fields. */
export function isCronExpression(expression: string): boolean {
  try {
    makeCron(expression, 'UTC');
    return true;
  } catch {
    return false;
  }
}

/** Five fields, or seven with seconds first and the year last, in a time zone. Runs nothing: it is asked for times. */
export function makeCron(expression: string, timeZone: string): Cron {
  const mode = expression.split(' ').length === 7 ? '7-part' : '5-part';
  return new (cronClass())(expression, { timezone: timeZone, paused: true, mode });
}
