import * as z from 'zod';
import type { StateDefinition } from '../../core/index.ts';

export const webhookEvents = [
  'job.started',
  'job.done',
  'job.failed',
  'job.cancelled',
  'work.filed',
  'work.changed',
  'work.trashed',
  'schedule.run',
  'training.started',
  'training.ended',
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

const hookSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  /** Empty: all. */
  events: z.array(z.enum(webhookEvents)),
  secret: z.string(),
  description: z.string(),
  active: z.boolean(),
  /** Milliseconds since 1970. */
  createdAt: z.int(),
  /** Why it was switched off by the server; null: it was not. */
  disabledBecause: z.string().nullable(),
  /** Id of the job of a hook that was registered with it; such a hook is removed when the end of the job was delivered or given up. */
  job: z.string().nullable(),
});
export type Webhook = z.infer<typeof hookSchema>;

const deliverySchema = z.strictObject({
  /** `webhook-id` of all tries. */
  id: z.string(),
  hook: z.string(),
  type: z.string(),
  body: z.string(),
  createdAt: z.int(),
  tries: z.int().min(0),
  /** Time of the next try; null: it was given up. */
  nextAt: z.int().nullable(),
  lastTriedAt: z.int().nullable(),
  /** HTTP status of the last try; null: no answer. */
  status: z.int().nullable(),
  problem: z.string().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

const stateSchema = z.strictObject({ hooks: z.array(hookSchema), deliveries: z.array(deliverySchema) });
export type WebhookState = z.infer<typeof stateSchema>;

export const webhookDefinition: StateDefinition<WebhookState> = {
  kind: 'webhooks',
  version: 1,
  schema: stateSchema,
  initial: () => ({ hooks: [], deliveries: [] }),
  lists: { hooks: {}, deliveries: {} },
};

/** Seconds before the second try, the third, and so on; then a delivery is given up. About 75 hours, as Standard Webhooks advises. */
const waits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
export const mostTries = waits.length + 1;

/** Milliseconds until the next try after `tries` tries; undefined: there is none. `chance` 0..1 spreads tries by a tenth in both directions. */
export function waitAfter(tries: number, chance: number): number | undefined {
  const seconds = waits[tries - 1];
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (0.9 + 0.2 * chance));
}
