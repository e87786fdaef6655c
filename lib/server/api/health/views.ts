import * as z from 'zod';
import { checkPhases, findingKinds } from '../../../gallery/index.ts';

/** What is looked at, in the order of the page. */
export const healthParts = ['engine', 'memory', 'disk', 'models', 'gallery', 'schedule', 'painter', 'queue', 'log', 'system'] as const;
export type HealthPart = (typeof healthParts)[number];

/** What was found. The page has a text for each: what it means, and what to do. */
export const healthCodes = [
  'engine.loads',
  'engine.missing',
  'engine.advice',
  'memory.enough',
  'memory.low',
  'disk.enough',
  'disk.low',
  'disk.full',
  'disk.unknown',
  'models.there',
  'models.damaged',
  'models.unusable',
  'gallery.fine',
  'gallery.damaged',
  'gallery.indexing',
  'gallery.warning',
  'schedule.runs',
  'schedule.silent',
  'schedule.stopped',
  'schedule.empty',
  'schedule.failures',
  'painter.fine',
  'painter.trouble',
  'queue.fine',
  'queue.paused',
  'queue.untaken',
  'queue.failures',
  'log.quiet',
  'log.errors',
  'log.off',
  'system.about',
  'unreadable',
] as const;
export type HealthCode = (typeof healthCodes)[number];

export const healthStates = ['good', 'warning', 'bad'] as const;
export type HealthState = (typeof healthStates)[number];

export const healthCheck = z.object({
  part: z.enum(healthParts),
  code: z.enum(healthCodes),
  state: z.enum(healthStates),
  values: z.record(z.string(), z.union([z.string(), z.number()])).describe('Numbers and names for the text; fields named …Bytes are bytes'),
  details: z.array(z.string()).describe('Lines of text, without secrets and without paths outside the home'),
});
export type HealthCheck = z.output<typeof healthCheck>;

export const healthView = z.object({ at: z.string(), version: z.string(), checks: z.array(healthCheck) });
export type HealthView = z.output<typeof healthView>;

const count = z.int();

/** A check of everything on the disk, or a repair. */
export const healthRun = z.object({
  id: z.string(),
  of: z.enum(['gallery', 'models']),
  fix: z.boolean(),
  drop: z.boolean(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  phase: z.enum([...checkPhases, 'models']),
  done: count,
  total: count,
  gallery: z
    .object({
      works: count,
      bytes: z.number(),
      indexed: count.describe('Works in the index, those in the trash and damaged ones included'),
      thumbnails: z.object({ missing: count, made: count }),
      found: count.describe('Findings that are left'),
      findings: z
        .array(z.object({ kind: z.enum(findingKinds), path: z.string(), work: z.string().nullable(), message: z.string() }))
        .describe('The first 100 of them'),
      repaired: count,
      repairs: z.array(z.string()).describe('The first 100 of them'),
    })
    .nullable(),
  models: z
    .object({
      right: count,
      wrong: z.array(z.object({ model: z.string(), file: z.string(), state: z.string() })),
      unknown: count.describe('Files that no hash is recorded for'),
    })
    .nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type HealthRun = z.output<typeof healthRun>;
