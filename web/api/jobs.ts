/** Jobs as the server last told of them, their live previews, and what can be done with them. */
import { type Signal, signal } from '@preact/signals';
import type { JobView } from '../../lib/server/api/jobs/job-view.ts';
import { addressOf, ask, postOnce, send } from './client.ts';
import { onEvent } from './events.ts';
import { pictureOf, rowOf } from './works.ts';

export type Job = JobView;
export type JobPicture = Job['pictures'][number];

/** Jobs by id. `null`: the server does not have it, or no longer. */
const jobs = new Map<string, Signal<Job | null | undefined>>();

/** Calls when a job is new, or its state or place is another. */
export type Structure = (job: Job, before: Job | null | undefined) => void;
const structureListeners = new Set<Structure>();
export function onStructure(heard: Structure): () => void {
  structureListeners.add(heard);
  return () => structureListeners.delete(heard);
}

/** A job; `undefined` until it has come. Nothing is asked for: see readJob(). */
export function jobOf(id: string): Signal<Job | null | undefined> {
  let job = jobs.get(id);
  if (!job) {
    job = signal<Job | null | undefined>(undefined);
    jobs.set(id, job);
  }
  return job;
}

export const isOpen = ({ state }: Pick<Job, 'state'>): boolean => state === 'waiting' || state === 'delayed' || state === 'running';

export function keepJob(job: Job): void {
  const known = jobOf(job.id);
  const before = known.peek();
  known.value = job;
  if (!isOpen(job)) dropPreview(job.id);
  if (before?.state !== job.state || before?.ahead !== job.ahead) for (const heard of structureListeners) heard(job, before);
}

export async function readJob(id: string): Promise<void> {
  try {
    keepJob(await ask<Job>(`jobs/${id}`));
  } catch (error) {
    if ((error as { status?: number }).status !== 404) throw error;
    jobOf(id).value = null;
  }
}

export interface JobPage {
  jobs: Job[];
  next: string | null;
}
export async function readJobs(query: Record<string, string | number | boolean | undefined>): Promise<JobPage> {
  const page = await ask<JobPage>('jobs', { query });
  for (const job of page.jobs) keepJob(job);
  return page;
}

/** The latest preview of each running job, as the address of a blob. */
const previews = new Map<string, Signal<string | undefined>>();
export function previewOf(id: string): Signal<string | undefined> {
  let preview = previews.get(id);
  if (!preview) {
    preview = signal<string | undefined>(undefined);
    previews.set(id, preview);
  }
  return preview;
}

function showPreview(id: string, jpeg: Blob): void {
  const preview = previewOf(id);
  const before = preview.peek();
  preview.value = URL.createObjectURL(jpeg);
  if (before !== undefined) URL.revokeObjectURL(before);
}

/** The preview stays until the picture itself is there to be shown. */
const previewRestMs = 3000;
function dropPreview(id: string): void {
  const preview = previews.get(id);
  if (!preview) return;
  previews.delete(id);
  setTimeout(() => {
    const last = preview.peek();
    preview.value = undefined;
    if (last !== undefined) URL.revokeObjectURL(last);
  }, previewRestMs);
}

/** The last preview of a job that was running before this page was opened. */
export async function readPreview(id: string): Promise<void> {
  const response = await send(`jobs/${id}/preview`);
  if (response.status === 200 && previewOf(id).peek() === undefined) showPreview(id, await response.blob());
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

let isFollowing = false;
/** Hears the events of jobs, from the first call on. */
export function followJobs(): void {
  if (isFollowing) return;
  isFollowing = true;
  onEvent('job', (data) => keepJob(data as Job));
  onEvent('picture', (data) => {
    const { job: id, picture } = data as { job: string; picture: JobPicture };
    const job = jobOf(id).peek();
    if (job) keepJob({ ...job, pictures: [...job.pictures.filter(({ index }) => index !== picture.index), picture] });
  });
  onEvent('preview', (data) => {
    const { job, jpeg } = data as { job: string; jpeg: string };
    showPreview(job, new Blob([bytesOf(jpeg)], { type: 'image/jpeg' }));
  });
}

/** Where the picture of a job is shown from: the gallery if it was filed, so that it is cached for ever. */
export function addressOfPicture(job: Job, { work, index }: JobPicture): string {
  const row = work === null ? undefined : rowOf(work).value;
  return row ? pictureOf(row) : addressOf(`jobs/${job.id}/pictures/${index}`);
}

async function changed(path: string, method: 'POST' | 'PATCH', body?: unknown): Promise<Job> {
  const job = await ask<Job>(path, { method, body });
  keepJob(job);
  return job;
}

export const cancelJob = (id: string): Promise<Job> => changed(`jobs/${id}/cancel`, 'POST');
export const retryJob = (id: string): Promise<Job> => changed(`jobs/${id}/retry`, 'POST');
/** @param before the waiting job to go before; null: behind all */
export const moveJob = (id: string, before: string | null): Promise<Job> => changed(`jobs/${id}/move`, 'POST', { before });

export interface JobChange {
  prompt?: string;
  /** null takes an option away. */
  options?: Record<string, unknown>;
}
/** @returns the job that counts now, whose id may be another */
export const changeJob = (id: string, change: JobChange): Promise<Job> => changed(`jobs/${id}`, 'PATCH', change);

/** Submits a job or a grid: JSON, or with files as a form. */
export function submission(request: object, files: Readonly<Record<string, Blob | readonly Blob[] | undefined>>): unknown {
  const given = Object.entries(files).flatMap(([name, file]) => [file ?? []].flat().map((one) => [name, one] as const));
  if (given.length === 0) return request;
  const form = new FormData();
  form.append('request', JSON.stringify(request));
  for (const [name, file] of given) form.append(name, file, name);
  return form;
}

export async function submitJob(body: unknown): Promise<Job> {
  const job = await postOnce<Job>('jobs', body);
  keepJob(job);
  return job;
}

export interface QueueFigures {
  paused: boolean;
  training: string | null;
  running: number;
  waiting: number;
  delayed: number;
  own: { open: number; ahead: number | null };
}
export const readQueue = (): Promise<QueueFigures> => ask<QueueFigures>('queue');
export const pauseQueue = (isPaused: boolean): Promise<QueueFigures> =>
  ask<QueueFigures>(`queue/${isPaused ? 'pause' : 'resume'}`, { method: 'POST' });
