import type { createFederation } from '@fedify/fedify';
import { errorLine, packageVersion } from '../core/index.ts';
import type { Fedify, KeyPair } from './fedify-package.ts';
import { createJson } from './objects.ts';
import type { Addresses } from './records/addresses.ts';
import type { Followers } from './records/followers.ts';
import type { Notes } from './records/notes.ts';

export interface ActorParts {
  addresses: Addresses;
  name: string;
  summary: string;
  keys: KeyPair[];
  notes: Notes;
  followers: Followers;
  warn: (line: string) => void;
}

/** What Fedify serves for the account. */
export type FedifyServer = ReturnType<typeof createFederation<void>>;

const perPage = { outbox: 20, followers: 100 };

/** The actor, its WebFinger and NodeInfo, its posts and followers. */
export function describeActor(server: FedifyServer, fedify: Fedify, parts: ActorParts): void {
  const { addresses, name, summary, keys, notes } = parts;
  const { Service, Endpoints } = fedify;
  server
    .setActorDispatcher('/ap/actors/{identifier}', async (context, identifier) => {
      if (identifier !== addresses.handle) return null;
      const pairs = await context.getActorKeyPairs(identifier);
      return new Service({
        id: context.getActorUri(identifier),
        preferredUsername: identifier,
        name,
        summary,
        url: new URL(addresses.actor),
        inbox: context.getInboxUri(identifier),
        outbox: context.getOutboxUri(identifier),
        followers: context.getFollowersUri(identifier),
        endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
        manuallyApprovesFollowers: false,
        discoverable: true,
        publicKey: pairs[0]?.cryptographicKey ?? null,
        assertionMethods: pairs.map(({ multikey }) => multikey),
      });
    })
    .setKeyPairsDispatcher((_, identifier) => (identifier === addresses.handle ? keys : []));
  server.setNodeInfoDispatcher('/nodeinfo/2.1', async () => {
    const [major = 0, minor = 0, patch = 0] = packageVersion().split(/[.-]/, 3).map(Number);
    return {
      software: { name: 'ai-artist', version: { major, minor, patch, prerelease: [], build: [] } },
      protocols: ['activitypub'],
      openRegistrations: false,
      usage: { users: { total: 1 }, localPosts: (await notes.shownIds()).length, localComments: 0 },
    };
  });
  listFollowers(server, parts);
  listPosts(server, fedify, parts);
}

function listFollowers(server: FedifyServer, { addresses, followers }: ActorParts): void {
  server
    .setFollowersDispatcher('/ap/actors/{identifier}/followers', async (_, identifier, cursor) => {
      if (identifier !== addresses.handle || cursor === null) return null;
      const from = readCursor(cursor);
      const all = await followers.list();
      const page = all.slice(from, from + perPage.followers);
      const items = page.map(({ actor, inbox }) => ({ id: new URL(actor), inboxId: new URL(inbox) }));
      return { items, nextCursor: nextCursor(from, perPage.followers, all.length) };
    })
    .setFirstCursor(() => '0')
    .setCounter(async (_, identifier) => (identifier === addresses.handle ? (await followers.list()).length : null));
}

function listPosts(server: FedifyServer, { Create }: Fedify, { addresses, notes, warn }: ActorParts): void {
  server
    .setOutboxDispatcher('/ap/actors/{identifier}/outbox', async ({ contextLoader }, identifier, cursor) => {
      if (identifier !== addresses.handle || cursor === null) return null;
      const from = readCursor(cursor);
      const ids = await notes.shownIds();
      const read = async (id: string) => {
        try {
          return await notes.find(id);
        } catch (error) {
          warn(`federation: ${errorLine(error)}`); // one damaged post does not hide the others
          return undefined;
        }
      };
      const found = await Promise.all(ids.slice(from, from + perPage.outbox).map(read));
      const shown = found.filter((note) => note !== undefined).filter(({ deletedAt }) => deletedAt === null);
      const items = await Promise.all(shown.map((note) => Create.fromJsonLd(createJson(note, addresses), { contextLoader })));
      return { items, nextCursor: nextCursor(from, perPage.outbox, ids.length) };
    })
    .setFirstCursor(() => '0')
    .setCounter(async (_, identifier) => (identifier === addresses.handle ? (await notes.shownIds()).length : null));
}

const readCursor = (cursor: string): number => (/^\d{1,7}$/.test(cursor) ? Number(cursor) : 0);
const nextCursor = (from: number, size: number, total: number): string | null => (from + size < total ? String(from + size) : null);
