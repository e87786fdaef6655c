/** The gallery, the schedule, painting, the queue and the log. */
import { configPath } from '../../../config/index.ts';
import { isoTime } from '../../../core/index.ts';
import { lastLogged } from '../../../observe/index.ts';
import type { SchedulePart, WorksPart } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';
import type { HealthCheck } from './views.ts';

/** The heartbeat comes every 15 seconds. */
const silentMs = 120_000;
/** Failures that are older are no news. */
const recentMs = 7 * 86_400_000;
const mostLines = 20;

export function galleryChecks({ gallery }: Pick<ServerContext, 'gallery'>, { inGallery }: Pick<WorksPart, 'inGallery'>): HealthCheck[] {
  const { works, trashed, damaged } = inGallery;
  const { indexing, warning } = gallery.state();
  const checks: HealthCheck[] = [{ part: 'gallery', code: 'gallery.fine', state: 'good', values: { n: works, trashed }, details: [] }];
  if (damaged > 0) checks.push({ part: 'gallery', code: 'gallery.damaged', state: 'bad', values: { n: damaged }, details: [] });
  if (indexing) checks.push({ part: 'gallery', code: 'gallery.indexing', state: 'warning', values: { ...indexing }, details: [] });
  if (warning !== undefined) checks.push({ part: 'gallery', code: 'gallery.warning', state: 'warning', values: {}, details: [warning] });
  return checks;
}

export function scheduleChecks({ daemon, jobs, lastErrors }: SchedulePart, now: number): HealthCheck[] {
  const active = jobs.all - jobs.paused;
  const checks: HealthCheck[] = [];
  const add = (
    code: HealthCheck['code'],
    state: HealthCheck['state'],
    values: HealthCheck['values'] = {},
    details: string[] = [],
  ): void => {
    checks.push({ part: 'schedule', code, state, values, details });
  };
  const beat = daemon?.heartbeat?.at;
  if (daemon && beat !== undefined && now - Date.parse(beat) > silentMs) add('schedule.silent', 'bad', { since: beat });
  else if (daemon) add('schedule.runs', 'good', { n: active, since: daemon.since });
  else if (active > 0) add('schedule.stopped', 'warning', { n: active });
  else add('schedule.empty', 'good');
  const recent = lastErrors.filter(({ endedAt }) => now - endedAt < recentMs);
  if (recent.length > 0) {
    const line = ({ endedAt, jobName, outcome, message }: (typeof recent)[number]): string =>
      `${isoTime(endedAt)} ${jobName}: ${outcome}${message === null ? '' : `: ${message}`}`;
    add('schedule.failures', 'warning', { n: recent.length }, recent.map(line));
  }
  return checks;
}

export function painterCheck(trouble: string | undefined): HealthCheck {
  const isFine = trouble === undefined;
  return {
    part: 'painter',
    code: isFine ? 'painter.fine' : 'painter.trouble',
    state: isFine ? 'good' : 'bad',
    values: {},
    details: isFine ? [] : [trouble],
  };
}

export async function queueChecks({ queue, clock }: Pick<ServerContext, 'queue' | 'clock'>): Promise<HealthCheck[]> {
  const tasks = await queue.list(undefined, 10_000);
  const of = (state: (typeof tasks)[number]['state']): typeof tasks => tasks.filter((task) => task.state === state);
  const [waiting, running] = [of('waiting').length, of('running').length];
  const checks: HealthCheck[] = [];
  const add = (code: HealthCheck['code'], state: HealthCheck['state'], values: HealthCheck['values'], details: string[] = []): void => {
    checks.push({ part: 'queue', code, state, values, details });
  };
  if (await queue.isPaused()) add('queue.paused', 'warning', { n: waiting });
  else if (waiting > 0 && running === 0) add('queue.untaken', 'warning', { n: waiting });
  else add('queue.fine', 'good', { waiting, running });
  const recent = of('failed').filter(({ endedAt }) => endedAt !== null && clock.now() - endedAt < recentMs);
  if (recent.length > 0) {
    const line = ({ endedAt, code, message }: (typeof recent)[number]): string =>
      `${isoTime(endedAt)} ${code ?? 'failed'}${message === null ? '' : `: ${message}`}`;
    const newest = recent.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)).slice(0, mostLines);
    add('queue.failures', 'warning', { n: recent.length }, newest.map(line));
  }
  return checks;
}

/** The last errors of the log files. Requests that were refused are no errors of the program and are not among them. */
export async function logCheck({ config, home, clock }: Pick<ServerContext, 'config' | 'home' | 'clock'>): Promise<HealthCheck> {
  const { files, folder } = config.config.log;
  if (!files) return { part: 'log', code: 'log.off', state: 'warning', values: {}, details: [] };
  const lines = await lastLogged(configPath(folder, home.folder), { level: 'error', most: mostLines });
  const recent = lines.filter(({ time }) => clock.now() - Date.parse(time) < recentMs);
  const details = recent.map(({ time, writer, tag, message }) => `${time} ${writer}${tag === undefined ? '' : ` [${tag}]`}: ${message}`);
  const isQuiet = recent.length === 0;
  return {
    part: 'log',
    code: isQuiet ? 'log.quiet' : 'log.errors',
    state: isQuiet ? 'good' : 'warning',
    values: { n: recent.length },
    details,
  };
}
