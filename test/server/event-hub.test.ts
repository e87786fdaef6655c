import { equal, ok } from 'node:assert/strict';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualClock } from '../../lib/core/index.ts';
import { EventHub } from '../../lib/server/events/event-hub.ts';
import { suite } from '../harness.ts';

const everything = { wants: () => true, full: true, previews: () => true };
const change = (number: number) => ({ topic: 'job' as const, type: 'job', data: { number }, open: { number: -number }, job: 'a' });

/** Serves a hub without the application around it: Last-Event-ID as header, `?open` for a caller without a token. */
async function serve(hub: EventHub): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const last = request.headers['last-event-id'];
    const filter = { ...everything, full: !request.url?.includes('open') };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    pipeline(hub.connect(filter, typeof last === 'string' ? last : undefined), response, () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

interface Reading {
  text: () => string;
  ended: Promise<void>;
  stop: () => void;
  pause: () => void;
  resume: () => void;
}

function read(url: string, lastEventId?: string): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      const ended = new Promise<void>((done) => response.once('close', done));
      response.on('error', () => undefined);
      resolve({
        text: () => text,
        ended,
        stop: () => request.destroy(),
        pause: () => response.pause(),
        resume: () => response.resume(),
      });
    });
    request.once('error', reject);
  });
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    if (tries > 300) throw new Error('expected it within 3 s');
    await sleep(10);
  }
}

const numbersIn = (text: string): number[] => [...text.matchAll(/"number":(-?\d+)/g)].map(([, number]) => Number(number));
const lastId = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';

suite('event hub', (test) => {
  let hub: EventHub;
  let clock: VirtualClock;
  let served: { server: Server; url: string };
  test.before.each(async () => {
    clock = new VirtualClock(0);
    hub = new EventHub({ clock, count: 100, bytes: 2 ** 20 });
    served = await serve(hub);
  });
  test.after.each(async () => {
    hub.close();
    served.server.closeAllConnections();
    await new Promise((done) => served.server.close(done));
  });

  test('tells the waiting time for a new connection, and events in order', async () => {
    const client = await read(served.url);
    hub.publish(change(1));
    hub.publish(change(2));
    await until(() => numbersIn(client.text()).length === 2);
    ok(client.text().startsWith('retry: 3000\n\n'), client.text());
    equal(numbersIn(client.text()).join(), '1,2');
  });

  test('a client that comes back gets what it missed, once', async () => {
    const first = await read(served.url);
    hub.publish(change(1));
    await until(() => numbersIn(first.text()).length === 1);
    first.stop();
    hub.publish(change(2));
    hub.publish(change(3));
    const second = await read(served.url, lastId(first.text()));
    await until(() => numbersIn(second.text()).length === 2);
    equal(numbersIn(second.text()).join(), '2,3');
    ok(!second.text().includes('reset'));
  });

  test('an id of another start, of the future, or too old makes the client load everything again', async () => {
    const first = await read(served.url);
    await until(() => lastId(first.text()) !== '');
    for (let number = 1; number <= 300; number++) hub.publish(change(number));
    for (const id of ['0123456789ab.1', lastId(first.text()), `${lastId(first.text()).split('.')[0]}.9999`, 'nonsense']) {
      const again = await read(served.url, id);
      await until(() => again.text().includes('event: reset'));
      equal(numbersIn(again.text()).length, 0);
      again.stop();
    }
  });

  test('without a token: the open form only', async () => {
    const client = await read(`${served.url}?open`);
    hub.publish(change(1));
    hub.publish({ ...change(2), open: undefined });
    hub.publish(change(3));
    await until(() => numbersIn(client.text()).length === 2);
    equal(numbersIn(client.text()).join(), '-1,-3');
  });

  test('a comment every 15 s', async () => {
    const client = await read(served.url);
    await until(() => client.text().includes('ready'));
    for (let beats = 1; beats <= 3; beats++) {
      await clock.advance(15_000);
      await until(() => client.text().split(': still here\n\n').length === beats + 1);
    }
  });

  test('a slow client misses previews, never states; one that takes nothing is disconnected', async () => {
    const client = await read(served.url);
    await until(() => client.text().includes('ready'));
    client.pause();
    const filler = 'x'.repeat(4000);
    for (let number = 1; number <= 80; number++) {
      hub.publish({ ...change(number), data: { number, filler } });
      for (let more = 0; more < 40; more++) hub.publishPreview('a', { preview: number, filler });
      await sleep(1);
    }
    client.resume();
    await until(() => numbersIn(client.text()).length === 80);
    equal(numbersIn(client.text()).at(-1), 80);
    const stuck = await read(served.url);
    stuck.pause();
    await until(() => hub.clients === 2);
    // More than the buffers of the system hold.
    for (let number = 1; number <= 200; number++) {
      hub.publish({ ...change(number), data: { number, filler: 'x'.repeat(100_000) } });
      await sleep(1);
    }
    for (let beat = 0; beat < 12; beat++) {
      await clock.advance(15_000);
      await sleep(2);
    }
    await until(() => hub.clients === 1);
  });

  test('100 clients share one serialisation', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => read(served.url)));
    let read1 = 0;
    const counted = {
      toJSON: () => {
        read1++;
        return { number: 7 };
      },
    };
    hub.publish({ topic: 'job', type: 'job', data: counted, open: counted });
    await until(() => clients.every((client) => numbersIn(client.text()).length === 1));
    equal(read1, 1);
    for (const client of clients) client.stop();
    await until(() => hub.clients === 0);
  });

  test('on closing: a hint, then the end', async () => {
    const client = await read(served.url);
    hub.close();
    await client.ended;
    ok(client.text().includes('event: closing'));
    const late = await read(served.url);
    await late.ended;
    ok(late.text().includes('event: closing'));
  });

  test('sources run while something listens, and five minutes longer', async () => {
    const seen: string[] = [];
    const watched = new EventHub({
      clock,
      sources: [
        {
          start: () => {
            seen.push('start');
            return () => seen.push('stop');
          },
        },
      ],
    });
    const stop = watched.listen(() => undefined);
    watched.publish(change(1));
    const id = watched.log.idOf(1);
    stop();
    await clock.advance(299_000);
    equal(seen.join(), 'start');
    equal(watched.log.resume(id), 1);
    await clock.advance(2_000);
    equal(seen.join(), 'start,stop');
    equal(watched.log.resume(id), undefined);
    watched.listen(() => undefined);
    equal(seen.join(), 'start,stop,start');
    watched.close();
  });
});
