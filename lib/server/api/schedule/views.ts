/** Schemas of what the schedule answers. Fields that older or newer versions store differently stay open. */
import * as z from 'zod';
import { jsonValue } from '../../openapi/json-value.ts';

export const jobSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  when: z.string().describe('The expression, such as daily 09:00'),
  timeZone: z.string(),
  count: z.int().describe('Works of each run'),
  paused: z.boolean(),
  fault: z.string().nullable().describe('Why it cannot run'),
  next: z.string().nullable().describe('Its next run, ISO'),
});

export const changedJob = z.object({ job: jobSchema, warnings: z.array(z.string()) });

export const runSchema = z.looseObject({
  id: z.string(),
  jobId: z.string(),
  outcome: z.enum(['done', 'partial', 'failed', 'missed', 'cancelled']),
  dueAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});

export const upcomingSchema = z.object({ jobId: z.string(), name: z.string(), at: z.string(), timeZone: z.string() });

export const figuresSchema = z.looseObject({ days: z.number(), successRate: z.number().nullable() });

const seconds = (most: number) => z.number().min(0).max(most).optional();

/** What a new job takes; all but `when` also change one. */
export const jobBody = z.strictObject({
  when: z
    .string()
    .max(1000)
    .describe('daily HH:MM | weekly mon,thu HH:MM | every 6h | cron "0 9 * * *" | once YYYY-MM-DDTHH:MM | batch N@HH:MM'),
  name: z.string().min(1).max(80).optional(),
  count: z.int().min(1).max(64).optional().describe('Works of each run'),
  timeZone: z.string().max(100).optional().describe("IANA name; default: the machine's"),
  jitterSeconds: seconds(43_200).describe('Start up to this much later, drawn for each run'),
  jitterSeed: z.int().min(0).optional(),
  quietHours: z
    .strictObject({ from: z.string(), to: z.string() })
    .nullable()
    .optional()
    .describe('HH:MM: runs due in this time wait for its end'),
  misfire: z.enum(['skip', 'once', 'all']).optional().describe('Runs missed while no schedule ran'),
  graceSeconds: seconds(31_622_400),
  attempts: z.int().min(1).max(20).optional(),
  backoffSeconds: seconds(86_400),
  retriesPerDay: z.int().min(0).max(1000).optional(),
  topics: z.array(z.string().min(1).max(10_000)).max(10_000).optional().describe('Topics or prompts; several are used in turn'),
  publish: z
    .array(z.string().min(1).max(64))
    .max(100)
    .nullable()
    .optional()
    .describe('Accounts that each work is queued for after filing; empty: all. null: none'),
  topicRotation: z.boolean().optional().describe('Use all topics in turn'),
  options: z
    .record(z.string(), jsonValue())
    .optional()
    .describe('Further options of create: see /options. When a job is changed, null takes an option away'),
});
export type JobBody = z.output<typeof jobBody>;

export const simulationBody = z.strictObject({
  days: z.int().min(1).max(366).optional(),
  start: z.string().max(100).optional(),
  jobs: z.array(z.string().max(1000)).max(50).optional().describe('Expressions, instead of the jobs of the schedule'),
  timeZone: z.string().max(100).optional(),
  down: z.array(z.string().max(200)).max(100).optional().describe('Outages, each FROM..TO'),
  kill: z.array(z.string().max(200)).max(100).optional().describe('Outages that begin with a kill, each FROM..TO'),
  seconds: z.number().optional(),
  failureRate: z.number().optional(),
  seed: z.int().optional(),
});
