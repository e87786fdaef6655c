import * as z from 'zod';
import { isoTime } from '../../core/index.ts';
import { type Delivery, type Webhook, webhookEvents } from './webhook-state.ts';

export const newHook = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(2000)
    .describe('Public address; hosts of a private network only if the setting server.webhooks.privateHosts lists them'),
  events: z.array(z.enum(webhookEvents)).optional().describe('Default: all'),
  secret: z.string().max(200).optional().describe('whsec_ and the base64 of 24 to 64 bytes. Default: a new one'),
  description: z.string().max(500).optional(),
  active: z.boolean().optional(),
});

/** Without its secret, which is shown once. */
export const hookView = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string(),
  active: z.boolean(),
  createdAt: z.string(),
  disabledBecause: z.string().nullable(),
  job: z.string().nullable().describe('Id of the one job that it belongs to'),
});
export const newHookView = z.object({ ...hookView.shape, secret: z.string().describe('Shown only here') });

export function viewHook({ secret: _, createdAt, ...hook }: Webhook): z.input<typeof hookView> {
  return { ...hook, createdAt: new Date(createdAt).toISOString() };
}

export const deliveryView = z.object({
  id: z.string(),
  webhook: z.string(),
  type: z.string(),
  state: z.enum(['waiting', 'dead']),
  createdAt: z.string(),
  tries: z.int(),
  nextAt: z.string().nullable(),
  lastTriedAt: z.string().nullable(),
  status: z.int().nullable(),
  problem: z.string().nullable(),
  body: z.string(),
});

export function viewDelivery(
  { id, hook, type, body, createdAt, tries, nextAt, lastTriedAt, status, problem }: Delivery,
  clean: (message: string) => string,
): z.input<typeof deliveryView> {
  return {
    ...{ id, webhook: hook, type, body, tries, status },
    state: nextAt === null ? 'dead' : 'waiting',
    createdAt: new Date(createdAt).toISOString(),
    nextAt: isoTime(nextAt),
    lastTriedAt: isoTime(lastTriedAt),
    problem: problem === null ? null : clean(problem),
  };
}
