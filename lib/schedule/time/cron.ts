import { createRequire } from 'node:module';
import type { Cron } from 'croner';

let loaded: typeof Cron | undefined;

/** Loads croner at the first use, so that programs without a schedule do not pay for it. */
function cronClass(): typeof Cron {
  loaded ??= (createRequire(import.meta.url)('croner') as typeof import('croner')).Cron;
  return loaded;
}

/** croner's message if it cannot parse these five fields; undefined if it can. */
export function cronFault(expression: string): string | undefined {
  try {
    makeCron(expression, 'UTC');
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
  }
}

/** Five fields, or seven with seconds first and the year last, in a time zone. Only computes times; runs nothing. */
export function makeCron(expression: string, timeZone: string): Cron {
  const mode = expression.split(' ').length === 7 ? '7-part' : '5-part';
  return new (cronClass())(expression, { timezone: timeZone, paused: true, mode });
}
