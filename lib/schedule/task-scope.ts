import { createIds, withScope } from '../core/index.ts';

const newRequest = createIds();

/** Does one work under its own request id. `ids` identify it in the schedule and the queue; `task` is the same in both. */
export function asRequest<T>(ids: Record<string, string>, work: () => T): T {
  return withScope({ ...ids, requestId: newRequest() }, work);
}
