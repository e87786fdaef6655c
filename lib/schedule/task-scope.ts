import { createIds, withScope } from '../core/index.ts';

const newRequest = createIds();

/** Does one work under a request id of its own; `ids` say which of the schedule or the queue it is: `task` is the same in both. */
export function asRequest<T>(ids: Record<string, string>, work: () => T): T {
  return withScope({ ...ids, requestId: newRequest() }, work);
}
