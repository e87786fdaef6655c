/** What a check says, in words. */
import type { HealthCheck, HealthCode, HealthState, HealthView } from '../../lib/server/api/health/views.ts';
import { bytesText, type TextKey, t, timeText, type Values } from '../texts/text.ts';

export type { HealthCheck, HealthState, HealthView };

/** Findings after which something can be done. */
const toDo: Partial<Record<HealthCode, TextKey>> = {
  'engine.missing': 'health.do.engine.missing',
  'engine.advice': 'health.do.engine.advice',
  'memory.low': 'health.do.memory.low',
  'disk.low': 'health.do.disk.low',
  'disk.full': 'health.do.disk.full',
  'disk.unknown': 'health.do.disk.unknown',
  'models.damaged': 'health.do.models.damaged',
  'models.unusable': 'health.do.models.unusable',
  'gallery.damaged': 'health.do.gallery.damaged',
  'gallery.indexing': 'health.do.gallery.indexing',
  'gallery.warning': 'health.do.gallery.warning',
  'schedule.silent': 'health.do.schedule.silent',
  'schedule.stopped': 'health.do.schedule.stopped',
  'schedule.failures': 'health.do.schedule.failures',
  'painter.trouble': 'health.do.painter.trouble',
  'queue.paused': 'health.do.queue.paused',
  'queue.untaken': 'health.do.queue.untaken',
  'queue.failures': 'health.do.queue.failures',
  'log.errors': 'health.do.log.errors',
  'log.off': 'health.do.log.off',
  unreadable: 'health.do.unreadable',
};

function readable(values: HealthCheck['values']): Values {
  const shown = ([name, value]: [string, string | number]): [string, string | number] => {
    if (typeof value === 'number') return [name, name.endsWith('Bytes') ? bytesText(value) : value];
    return [name, name === 'since' ? timeText(value) : value];
  };
  return Object.fromEntries(Object.entries(values).map(shown));
}

export interface Said {
  part: string;
  state: string;
  meaning: string;
  /** undefined: nothing has to be done. */
  advice: string | undefined;
}

export function saidOf({ part, code, state, values }: HealthCheck): Said {
  const advice = toDo[code];
  return {
    part: t(`health.part.${part}`),
    state: t(`health.state.${state}`),
    meaning: t(`health.say.${code}`, readable(values)),
    advice: advice && t(advice),
  };
}

/** Everything as plain text, for a report. */
export function reportOf({ at, version, checks }: HealthView): string {
  const lines = checks.flatMap((check) => {
    const { part, state, meaning } = saidOf(check);
    return [`[${state}] ${part}: ${meaning}`, ...check.details.map((line) => `    ${line}`)];
  });
  return [`ai-artist ${version}, ${at}`, ...lines, ''].join('\n');
}
