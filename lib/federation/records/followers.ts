import * as z from 'zod';
import { type Home, type StateDefinition, StateFile, type StateRepair } from '../../core/index.ts';

const followerSchema = z.strictObject({
  /** Address of the actor. */
  actor: z.url(),
  inbox: z.url(),
  /** One inbox for all accounts of a server. */
  sharedInbox: z.url().nullable(),
  /** `@fan@example.social`, as the server says. */
  handle: z.string(),
  /** Milliseconds since 1970. */
  since: z.int(),
});
export type Follower = z.output<typeof followerSchema>;

const followersFile: StateDefinition<{ followers: Follower[] }> = {
  kind: 'followers',
  version: 1,
  schema: z.strictObject({ followers: z.array(followerSchema) }),
  initial: () => ({ followers: [] }),
  lists: { followers: {} },
};

const blockedFile: StateDefinition<{ servers: { host: string; since: number }[] }> = {
  kind: 'blocked servers',
  version: 1,
  schema: z.strictObject({ servers: z.array(z.strictObject({ host: z.string(), since: z.int() })) }),
  initial: () => ({ servers: [] }),
  lists: { servers: {} },
};

/** Whether an address is on a server or on one below it. */
export function isOnServer(address: URL | string, server: string): boolean {
  if (!URL.canParse(String(address))) return false;
  const { host, hostname } = new URL(address);
  return [host, hostname].some((name) => name === server || name.endsWith(`.${server}`));
}

/** Who follows the account, and which servers may not. */
export class Followers {
  readonly #followers: StateFile<{ followers: Follower[] }>;
  readonly #blocked: StateFile<{ servers: { host: string; since: number }[] }>;

  constructor(home: Home, options: { onRepair?: (repair: StateRepair) => void } = {}) {
    this.#followers = new StateFile(home.federation('followers.json'), followersFile, options);
    this.#blocked = new StateFile(home.federation('blocked.json'), blockedFile, options);
  }

  /** The newest last. @throws ArtistError every error of StateFile.read() */
  async list(): Promise<readonly Follower[]> {
    return (await this.#followers.peek()).followers;
  }

  /** Adds a follower, or replaces what is known of it. */
  async add(follower: Follower): Promise<void> {
    await this.#followers.change((state) => {
      const at = state.followers.findIndex(({ actor }) => actor === follower.actor);
      if (at < 0) state.followers.push(follower);
      else state.followers[at] = { ...follower, since: state.followers[at]?.since ?? follower.since };
    });
  }

  /** Removes those that fit. Returns how many. */
  async remove(fits: (follower: Follower) => boolean): Promise<number> {
    if (!(await this.list()).some(fits)) return 0;
    return this.#followers.change((state) => {
      const before = state.followers.length;
      state.followers = state.followers.filter((follower) => !fits(follower));
      return before - state.followers.length;
    });
  }

  /** Hosts of the blocked servers, in order. */
  async blocked(): Promise<string[]> {
    return (await this.#blocked.peek()).servers.map(({ host }) => host).sort();
  }

  async isBlocked(address: URL | string): Promise<boolean> {
    return (await this.#blocked.peek()).servers.some(({ host }) => isOnServer(address, host));
  }

  /** Blocks a server with all below it, and forgets its followers. Returns how many those were. @param host such as spam.example */
  async block(host: string, now: number): Promise<number> {
    await this.#blocked.change(({ servers }) => {
      if (!servers.some((server) => server.host === host)) servers.push({ host, since: now });
    });
    return this.remove(({ actor }) => isOnServer(actor, host));
  }

  /** Returns whether it was blocked. */
  async unblock(host: string): Promise<boolean> {
    return this.#blocked.change((state) => {
      const before = state.servers.length;
      state.servers = state.servers.filter((server) => server.host !== host);
      return state.servers.length < before;
    });
  }
}
