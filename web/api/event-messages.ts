/** What a tab and the worker that holds the stream of events for all tabs say to each other. */

/**
 * `who` is for whom the server takes the tab: the worker opens the stream anew when it is another. `since` is the id of the newest event when the tab
 * began to load.
 */
export type TabMessage =
  | { kind: 'join'; address: string; who: string; types: readonly string[]; since: string }
  | { kind: 'hear'; type: string }
  | { kind: 'leave' };

/** open: events come; broken: the browser tries again by itself; refused: the server said no, or something that is no stream. */
export type StreamState = 'open' | 'broken' | 'refused';

export type WorkerMessage =
  /** The answer to a join. */
  | { kind: 'joined' }
  | { kind: 'state'; state: StreamState }
  | { kind: 'event'; type: string; data: string }
  /** Somebody has signed in or out in another tab. */
  | { kind: 'who' };
