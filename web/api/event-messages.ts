/** What a tab and the worker that holds the stream of events for all tabs say to each other. */

/** Who a tab believes to be: the worker opens the stream anew when it is another. */
export type TabMessage =
  | { kind: 'join'; address: string; who: string; types: readonly string[] }
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
