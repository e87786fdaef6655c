import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createIds, homeOf } from '../../lib/core/index.ts';
import { Federation } from '../../lib/federation/index.ts';
import { ActivityPub } from '../../lib/publish/networks/activitypub.ts';
import type { PostOrder } from '../../lib/publish/networks/publisher.ts';
import { type FediServer, webHandler } from '../support/fedi-server.ts';

export const newId = createIds();
export const newHome = (): string => mkdtempSync(path.join(tmpdir(), 'ai-artist-federation-'));

export interface Artist {
  federation: Federation;
  publisher: ActivityPub;
  origin: string;
  actor: string;
  inbox: string;
  warned: string[];
  close(): Promise<void>;
}

/** The artist's account on loopback. @param home of an earlier one, with its `port`, to restart it */
export async function openArtist({ home = newHome(), port = 0, name = 'An artist' } = {}): Promise<Artist> {
  const http = createServer();
  await new Promise<void>((done) => http.listen(port, '127.0.0.1', done));
  const origin = `http://localhost:${(http.address() as AddressInfo).port}`;
  const warned: string[] = [];
  const warn = (line: string): void => void warned.push(line);
  const about = { home: homeOf(home), url: origin, handle: 'artist', name, summary: 'Paints by itself' };
  const quick = { allowPrivate: true, everyMs: 20, backoff: { firstMs: 100, mostMs: 400, tries: 50 } };
  const federation = await Federation.open({ ...about, ...quick, warn }).catch((error: unknown) => {
    http.close();
    throw error;
  });
  http.on(
    'request',
    webHandler(origin, (request) => federation.fetch(request)),
  );
  federation.start();
  const { actor } = federation.addresses;
  return {
    federation,
    publisher: new ActivityPub(actor, homeOf(home)),
    origin,
    actor,
    inbox: `${actor}/inbox`,
    warned,
    close: async () => {
      await federation.stop();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}

const bytes = new Uint8Array(
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
);

export const order = (id: string, words: Partial<PostOrder['content']> = {}): PostOrder => ({
  id,
  work: id,
  content: {
    text: 'First light\n\nMade with AI (bundled) #AIart',
    altText: 'A hill before sunrise',
    language: 'en',
    sensitive: false,
    visibility: 'public',
    madeWithAi: true,
    ...words,
  },
  picture: { bytes, type: 'image/png', width: 640, height: 480, sha256: '' },
  armedAt: 1_790_000_000_000,
});

export async function publish({ publisher }: Pick<Artist, 'publisher'>, wanted: PostOrder): Promise<string> {
  return (await publisher.publish(wanted, await publisher.upload(wanted))).uri;
}

/** Waits for what other servers do. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`expected within ${withinMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

export async function follow(fans: FediServer, name: string, { actor, inbox }: Pick<Artist, 'actor' | 'inbox'>): Promise<number> {
  return fans.post(name, inbox, { type: 'Follow', id: `${fans.person(name)}#follow-${newId()}`, object: actor });
}
