/** Whether the works of a job are published: stored beside the order, and taken off before the order is painted or put into a queue. */
import * as z from 'zod';
import { resolveOptions } from '../../core/index.ts';
import type { Job } from '../../schedule/index.ts';

const accountsSchema = z.strictObject({ publish: z.array(z.string().min(1)) });

/** What a job stores, in its two parts. */
export interface SplitPayload {
  order: Job['payload'];
  /** Names of accounts; empty: all that are connected when a work is filed. undefined: nothing is published. */
  publish: readonly string[] | undefined;
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: `publish` is stored and is not a list of names */
export function splitPayload(payload: Job['payload']): SplitPayload {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload) || !('publish' in payload))
    return { order: payload, publish: undefined };
  const { publish, ...order } = payload;
  return { order, publish: resolveOptions('job', accountsSchema, { publish }).publish };
}
