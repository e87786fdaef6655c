/**
 * Holds the one stream of events of all tabs of a browser: over HTTP/1.1 a browser opens six connections to a server, so six tabs with a stream each
 * would leave none for anything else.
 */
import type { TabMessage, WorkerMessage } from '../api/event-messages.ts';
import { EventConnection } from '../api/event-source.ts';

declare const self: SharedWorkerGlobalScope;

/** Each tab with the types of events that it hears. */
const tabs = new Map<MessagePort, Set<string>>();
let connection: EventConnection | undefined;
let opened = { address: '', who: '' };

const tell = (port: MessagePort, message: WorkerMessage): void => port.postMessage(message);

function open(since: string): void {
  connection?.close();
  connection = new EventConnection(
    opened.address,
    since,
    [...tabs.values()].flatMap((types) => [...types]),
    {
      event: (type, data) => {
        for (const [port, types] of tabs) if (types.has(type)) tell(port, { kind: 'event', type, data });
      },
      state: (state) => {
        for (const port of tabs.keys()) tell(port, { kind: 'state', state });
      },
    },
  );
  connection.open();
}

function join(port: MessagePort, { address, who, types, since }: TabMessage & { kind: 'join' }): void {
  tabs.set(port, new Set(types));
  tell(port, { kind: 'joined' });
  if (connection && opened.address === address && opened.who === who) {
    for (const type of types) connection.hear(type);
    if (connection.isOpen) tell(port, { kind: 'state', state: 'open' });
    // What came between is not told again, so the tab loads everything anew.
    if (connection.lastId !== since) tell(port, { kind: 'event', type: 'reset', data: '' });
    return;
  }
  const isOther = connection !== undefined;
  opened = { address, who };
  open(since);
  if (isOther) for (const other of tabs.keys()) if (other !== port) tell(other, { kind: 'who' });
}

function leave(port: MessagePort): void {
  tabs.delete(port);
  if (tabs.size > 0) return;
  connection?.close();
  connection = undefined;
}

self.addEventListener('connect', ({ ports: [port] }) => {
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === 'join') join(port, data);
    else if (data.kind === 'leave') leave(port);
    else {
      tabs.get(port)?.add(data.type);
      connection?.hear(data.type);
    }
  };
  // Of a tab that ended without a word, in browsers that tell.
  port.addEventListener('close', () => leave(port));
});
