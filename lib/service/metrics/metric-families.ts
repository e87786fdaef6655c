import { figureParts, type HomeFigures, type QueuePart, type SchedulePart, type WorksPart } from './home-figures.ts';
import type { PostsPart } from './posts-part.ts';
import { type SecondsHistogram, secondsBuckets } from './works-tally.ts';

export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** All samples of one metric name. */
export interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  /** Empty for a histogram, whose values are in `histogram`. */
  samples: Sample[];
  histogram?: SecondsHistogram;
}

const prefix = 'ai_artist_';
const one = (value: number | null | undefined): Sample[] => (value === null || value === undefined ? [] : [{ value }]);
const yes = (value: boolean): Sample[] => [{ value: value ? 1 : 0 }];
const secondsOf = (iso: string | null | undefined): number | undefined => (iso ? Date.parse(iso) / 1000 : undefined);

function by(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

const byDays = <T extends { days: number }>(list: readonly T[], value: (one: T) => number | null): Sample[] =>
  list.flatMap((entry) => one(value(entry)).map((sample) => ({ ...sample, labels: { days: String(entry.days) } })));

type Add = (type: Family['type'], name: string, help: string, samples: Sample[]) => void;

function schedule(add: Add, { daemon, jobs, totals, success, uptime, next }: SchedulePart): void {
  const { done, partial, failed, missed, cancelled } = totals;
  add('gauge', 'schedule_up', 'Whether a process runs the schedule of this home', yes(daemon !== null));
  add('gauge', 'schedule_heartbeat_timestamp_seconds', 'When the schedule last said that it lives', one(secondsOf(daemon?.heartbeat?.at)));
  add('gauge', 'schedule_start_timestamp_seconds', 'Since when it runs', one(secondsOf(daemon?.since)));
  add(
    'gauge',
    'uptime_ratio',
    'Share of the last days during which the schedule ran',
    byDays(uptime, ({ share }) => share),
  );
  add(
    'gauge',
    'uptime_without_stops_ratio',
    'The same without the times when it was stopped on purpose',
    byDays(uptime, ({ shareWithoutStops }) => shareWithoutStops),
  );
  add('counter', 'schedule_runs_total', 'Runs that ended or were missed', by('outcome', { done, partial, failed, missed, cancelled }));
  add('counter', 'schedule_caught_up_total', 'Runs that were begun late, because nothing ran when they were due', one(totals.caughtUp));
  add('counter', 'schedule_retries_total', 'Second and later tries', one(totals.retries));
  add('counter', 'schedule_works_due_total', 'Works that were due', one(totals.worksDue));
  add('counter', 'schedule_works_done_total', 'Works of them that were done', one(totals.worksDone));
  add(
    'gauge',
    'schedule_success_ratio',
    'Runs done, of those that ended or were missed in the last days',
    byDays(success, ({ successRate }) => successRate),
  );
  add(
    'gauge',
    'schedule_run_seconds',
    'Mean seconds of the runs that were done in the last days',
    byDays(success, ({ meanSeconds }) => meanSeconds),
  );
  add('gauge', 'schedule_jobs', 'Jobs', by('state', { all: jobs.all, paused: jobs.paused, running: jobs.running }));
  add('gauge', 'schedule_waiting_runs', 'Runs that are due and have not begun', one(jobs.waiting));
  add('gauge', 'schedule_next_run_timestamp_seconds', 'When the next run is due', one(next[0] && next[0].at / 1000));
}

function works(add: Add, families: Family[], { inGallery, tally }: WorksPart): void {
  add('gauge', 'gallery_works', 'Works in the gallery, imported ones included', by('state', { ...inGallery }));
  add('counter', 'works_total', 'Works that were painted and kept', one(tally.works));
  add('counter', 'candidates_total', 'Pictures that were painted for them', one(tally.candidates));
  add('counter', 'curation_rejected_total', 'Candidates that a gate rejected, by what it found', by('fault', tally.rejected));
  add('counter', 'curation_rounds_total', 'Rounds of curation, by what scored', by('by', tally.rounds));
  add('counter', 'curation_wild_cards_total', 'Rounds that kept another than the best', one(tally.wildCards));
  const histogram = (name: string, help: string, values: SecondsHistogram): void => {
    families.push({ name: prefix + name, help, type: 'histogram', samples: [], histogram: values });
  };
  histogram('candidate_seconds', 'Seconds of painting one candidate', tally.candidateSeconds);
  histogram('work_painting_seconds', 'Seconds of painting all candidates of a work', tally.workSeconds);
}

function queue(add: Add, { driver, paused, tasks }: QueuePart): void {
  const labels = { driver };
  add(
    'gauge',
    'queue_tasks',
    'Tasks in the queue, by state',
    by('state', tasks).map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } })),
  );
  add('gauge', 'queue_paused', 'Whether the queue is paused', [{ labels, value: paused ? 1 : 0 }]);
}

function posts(add: Add, { states, outcomes, accounts, senders }: PostsPart, now: number): void {
  const ended = outcomes.map(({ network, outcome, count }) => ({ labels: { network, outcome }, value: count }));
  // A failed post that is tried again leaves its count, which Prometheus takes for a restart of the counter.
  add('counter', 'posts_total', 'How often posts ended, by network and outcome', ended);
  add('gauge', 'posts', 'Posts, by state', by('state', states));
  add('gauge', 'post_senders', 'Programs that send posts now', [{ labels: {}, value: senders.length }]);
  const days = accounts.flatMap(({ name: account, tokenExpiresAt: at }) =>
    at === null ? [] : [{ labels: { account }, value: (Date.parse(at) - now) / 86_400_000 }],
  );
  add('gauge', 'account_token_expires_days', 'Days until the token of an account ends', days);
  const stopped = accounts.map(({ name: account, stopped: reason }) => ({ labels: { account }, value: reason === null ? 0 : 1 }));
  add('gauge', 'account_stopped', 'Whether nothing is posted to an account until it is connected again', stopped);
}

/** The figures as Prometheus metrics. Counters come from records on the disk, so that they survive restarts. */
export function familiesOf(figures: HomeFigures): Family[] {
  const families: Family[] = [];
  const add: Add = (type, name, help, samples) => {
    if (samples.length > 0) families.push({ name: prefix + name, help, type, samples });
  };
  if (figures.schedule) schedule(add, figures.schedule);
  if (figures.works) works(add, families, figures.works);
  if (figures.style) {
    const { raw, rawInterval, n } = figures.style;
    add('gauge', 'style_consistency', 'Mean cosine of all pairs of the latest works, and the ends of its 95 % interval', [
      { labels: { bound: 'value' }, value: raw },
      { labels: { bound: 'lower' }, value: rawInterval[0] },
      { labels: { bound: 'upper' }, value: rawInterval[1] },
    ]);
    add('gauge', 'style_consistency_works', 'Works behind it', one(n));
  }
  if (figures.queue) queue(add, figures.queue);
  if (figures.training) {
    const [last] = figures.training;
    add('gauge', 'training_runs', 'Trainings in the home', one(figures.training.length));
    add('gauge', 'training_running', 'Trainings that are going on', one(figures.training.filter(({ running }) => running).length));
    add('gauge', 'training_last_step', 'Step of the training that wrote last', one(last?.step));
    add('gauge', 'training_last_loss', 'Its loss, smoothed', one(last?.loss));
    add('gauge', 'training_last_timestamp_seconds', 'When it wrote', one(secondsOf(last?.at)));
  }
  if (figures.posts) posts(add, figures.posts, figures.at);
  if (figures.disk) {
    add('gauge', 'disk_bytes', 'What folders of the home take', by('folder', figures.disk.parts));
    add('gauge', 'disk_free_bytes', 'Free on its file system', one(figures.disk.freeBytes));
  }
  const failed = new Set(figures.problems.map(({ part }) => part));
  add(
    'gauge',
    'figures_ok',
    'Whether this part of the figures could be read',
    figureParts.map((part) => ({ labels: { part }, value: failed.has(part) ? 0 : 1 })),
  );
  return families;
}

/** Cumulative buckets of a histogram, as the exposition format needs them: [upper bound, count]. */
export function cumulated({ classes, count }: SecondsHistogram): [string, number][] {
  let sum = 0;
  const ends = secondsBuckets.map((end, place): [string, number] => {
    sum += classes[place] ?? 0;
    return [String(end), sum];
  });
  return [...ends, ['+Inf', count]];
}
