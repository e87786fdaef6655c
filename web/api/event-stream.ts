/** How this tab gets live events: from the worker that all tabs share or, where the browser has no such workers, by a connection of its own. */
import type { StreamState, TabMessage, WorkerMessage } from './event-messages.ts';
import { EventConnection } from './event-source.ts';

export interface Stream {
  hear: (type: string) => void;
  close: () => void;
}

export interface StreamOptions {
  /** Absolute, with a query. */
  address: string;
  /** Who the server takes this browser for. */
  who: string;
  types: Iterable<string>;
  /** Id of the newest event when the tab began to load; empty: not known. */
  since: string;
  onEvent: (type: string, data: string) => void;
  onState: (state: StreamState) => void;
  /** Another tab has signed in or out. */
  onOther: () => void;
}

/** For the worker to say its first word, milliseconds; then this tab goes without it. */
const startMs = 10_000;

/** Whether shared workers have failed here, such as after an upgrade of the server, whose files have other names. */
let isAlone = false;

/** A connection of this tab alone. While the tab is hidden it is closed: other tabs need it more. */
function ownStream({ address, types, since, onEvent, onState }: StreamOptions): Stream {
  const connection = new EventConnection(address, since, types, { event: onEvent, state: onState });
  const follow = (): void => (document.hidden ? connection.close() : connection.open());
  document.addEventListener('visibilitychange', follow);
  follow();
  return {
    hear: (type) => connection.hear(type),
    close: () => {
      document.removeEventListener('visibilitychange', follow);
      connection.close();
    },
  };
}

function sharedStream({ address, who, types, since, onEvent, onState, onOther }: StreamOptions, onFailure: () => void): Stream {
  const worker = new SharedWorker(new URL('../worker/events-worker.ts', import.meta.url), { type: 'module', name: 'ai-artist events' });
  const say = (message: TabMessage): void => worker.port.postMessage(message);
  const fail = (): void => {
    close();
    onFailure();
  };
  const timer = setTimeout(fail, startMs);
  const close = (): void => {
    clearTimeout(timer);
    worker.onerror = null;
    say({ kind: 'leave' });
    worker.port.close();
  };
  worker.onerror = fail;
  worker.port.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    clearTimeout(timer);
    if (data.kind === 'event') onEvent(data.type, data.data);
    else if (data.kind === 'state') onState(data.state);
    else if (data.kind === 'who') onOther();
  };
  say({ kind: 'join', address, who, types: [...types], since });
  return { hear: (type) => say({ kind: 'hear', type }), close };
}

export function openStream(options: StreamOptions): Stream {
  if (isAlone || typeof SharedWorker !== 'function') return ownStream(options);
  let stream: Stream;
  const types = new Set(options.types);
  const own = { ...options, types };
  try {
    stream = sharedStream(own, () => {
      isAlone = true;
      stream = ownStream(own);
    });
  } catch {
    // The browser refuses workers here.
    isAlone = true;
    return ownStream(own);
  }
  return {
    hear: (type) => {
      types.add(type);
      stream.hear(type);
    },
    close: () => stream.close(),
  };
}
