/** The schedule, periods, series and proposals of the artist. */
import type * as z from 'zod';
import type { runSchema, upcomingSchema } from '../../lib/server/api/schedule/views.ts';
import { addressOf, ask, send } from './client.ts';

export interface ScheduledJob {
  id: string;
  name: string;
  when: string;
  timeZone: string;
  count: number;
  paused: boolean;
  fault: string | null;
  next: string | null;
  jitterSeconds: number;
  quietHours: { from: string; to: string } | null;
  misfire: 'skip' | 'once' | 'all';
  attempts: number;
  payload: { prompt?: string } & Record<string, unknown>;
  rotation: string[];
  running: string | null;
  /** Runs that have not begun, or are tried again. */
  waiting: { id: string; kind: 'scheduled' | 'caught-up' | 'requested' }[];
}
export interface ScheduleAnswer {
  jobs: ScheduledJob[];
  broken: { id: string; name: string; reason: string }[];
  daemon: { since: string; heartbeat: string | null } | null;
}
export type Upcoming = z.output<typeof upcomingSchema> & { local: string };
export interface PastRun extends Pick<z.output<typeof runSchema>, 'id' | 'jobId' | 'outcome' | 'dueAt' | 'endedAt'> {
  jobName: string;
  kind: 'scheduled' | 'caught-up' | 'requested';
  startedAt: string | null;
  seconds: number;
  attempts: number;
  works: { done: number; due: number };
  code: string | null;
  message: string | null;
  results: unknown[];
  count: number;
}
export interface HistoryAnswer {
  runs: PastRun[];
  figures: { days: number; successRate: number | null };
}

/** What the form of a job sends: see JobBody of the server. */
export interface JobWish {
  when: string;
  name?: string;
  count?: number;
  timeZone?: string;
  quietHours?: { from: string; to: string } | null;
  jitterSeconds?: number;
  misfire?: ScheduledJob['misfire'];
  attempts?: number;
  topics?: string[];
  topicRotation?: boolean;
  options?: Record<string, unknown>;
}
interface Changed {
  job: ScheduledJob;
  warnings: string[];
}
const jobPath = (id: string): string => `schedule/${encodeURIComponent(id)}`;
export const addJob = (wish: JobWish): Promise<Changed> => ask<Changed>('schedule', { method: 'POST', body: wish });
export const editJob = (id: string, wish: Partial<JobWish>): Promise<Changed> => ask<Changed>(jobPath(id), { method: 'PATCH', body: wish });
export const removeJob = (id: string): Promise<Response> => send(jobPath(id), { method: 'DELETE' });
export const setPaused = (id: string, isPaused: boolean): Promise<Response> =>
  send(`${jobPath(id)}/${isPaused ? 'pause' : 'resume'}`, { method: 'POST' });
export const runJob = (id: string): Promise<{ id: string; by: 'schedule' | 'server' }> => ask(`${jobPath(id)}/run`, { method: 'POST' });

/** Takes back a run that was asked for and has not begun. */
export const withdrawRun = (run: string): Promise<{ withdrawn: boolean }> =>
  ask(`schedule/runs/${encodeURIComponent(run)}`, { method: 'DELETE' });

/** What a schedule would do in the coming days. */
export interface Simulated {
  worksPerDay: { mean: number; least: number; most: number; days: Record<string, number> };
  runs: { due: number };
  works: { due: number };
  leftOut: unknown[];
}
export const simulate = (body: { days: number; jobs?: string[]; timeZone?: string }, signal?: AbortSignal): Promise<Simulated> =>
  ask<Simulated>('schedule/simulate', { method: 'POST', body, signal });

/** Ids of the works that a run filed. */
export const filedBy = ({ results }: PastRun): string[] =>
  results.flatMap((result) => {
    const { id } = (result ?? {}) as { id?: unknown };
    return typeof id === 'string' ? [id] : [];
  });

export type EndRule =
  | { works: number }
  | { at: string }
  | { noveltyBelow: number; window: number }
  | { consistencyAbove: number; window: number };
export interface Claim {
  measure: string;
  is: 'above' | 'below';
  value: number;
}
export interface Period {
  id: string;
  name: string;
  state: 'planned' | 'current' | 'ended';
  starts: { at: string } | { after: string } | null;
  ends: EndRule[];
  hypothesis: { text: string; claim?: Claim } | null;
  topics: string[];
  styles: { name: string; weight: number }[];
  startedAt: string | null;
  endedAt: string | null;
  endedBy: string | null;
}
interface Measured {
  mean: number;
  interval?: [number, number];
}
export interface Retrospective {
  from: string;
  to: string;
  facts: { works: number; consistency?: Measured; novelty?: Measured; score?: Measured; rating?: Measured; vendi?: number };
  favourites: string[];
  best: { id: string; title?: string; rating?: number; score?: number }[];
  claim?: Claim & { measured?: number; interval?: [number, number]; held: 'yes' | 'no' | 'open' };
}
export const startPeriod = (body: object): Promise<{ period: Period }> => ask('periods', { method: 'POST', body });
export const endPeriod = (id: string): Promise<{ period: Period }> => ask(`periods/${encodeURIComponent(id)}/end`, { method: 'POST' });

export interface Series {
  id: string;
  name: string;
  works: number;
  subjects: string[];
  topic: string | null;
  styles: string[];
  seed: number | null;
  createdAt: string;
  ended: boolean;
}
/** A series with its works that are there, those that are missing, and the jobs that wait or run. */
export interface SeriesState extends Series {
  painted: { index: number; work: string }[];
  missing: number[];
  jobs: { index: number; id: string; state: string; fraction: number }[];
}
const seriesPath = (id: string, action: string): string => `series/${encodeURIComponent(id)}/${action}`;
export const addSeries = (body: object): Promise<Series> => ask('series', { method: 'POST', body });
export const endSeries = (id: string): Promise<Series> => ask(seriesPath(id, 'end'), { method: 'POST' });
export const paintSeries = (id: string, count: number): Promise<unknown> =>
  ask(seriesPath(id, 'paint'), { method: 'POST', body: { count } });

interface Gain {
  without: number;
  with: number;
  gain: number;
  interval: [number, number];
}
export interface Proposal {
  id: string;
  state: 'made' | 'tried' | 'adopted' | 'rejected' | 'rolled-back';
  madeAt: number;
  weight: number;
  works: string[];
  steps: number;
  loss: number;
  trial?: { at: number; prompts: string[]; style: Gain; novelty: Gain; passed: boolean; reason: string };
}
export const decide = (id: string, decision: 'adopt' | 'reject'): Promise<Proposal> =>
  ask(`proposals/${id}/${decision}`, { method: 'POST' });
export const rollBack = (): Promise<{ removed: string[] }> => ask('proposals/rollback', { method: 'POST' });
export const panelOf = ({ id, trial }: Proposal): string => addressOf(`proposals/${id}/panel`, { v: trial?.at });
