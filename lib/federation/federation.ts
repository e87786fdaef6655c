import * as z from 'zod';
import {
  ArtistError,
  acquireLock,
  type Clock,
  errorLine,
  type Home,
  isArtistError,
  type Lock,
  restoredWords,
  type StateDefinition,
  StateFile,
  type StateRepair,
  systemClock,
} from '../core/index.ts';
import { describeActor, type FedifyServer } from './actor.ts';
import { answerOurselves } from './answers.ts';
import { FileCache } from './delivery/cache.ts';
import { type Backoff, Deliverer, usualBackoff } from './delivery/deliverer.ts';
import { DeliveryFiles } from './delivery/delivery-file.ts';
import { type Fedify, type KeyPair, loadFedify } from './fedify-package.ts';
import { Inbox } from './inbox.ts';
import { openKeys } from './keys.ts';
import { type ActivityJson, createJson, deleteJson } from './objects.ts';
import { type ActorPlace, Addresses } from './records/addresses.ts';
import { Engagements } from './records/engagement.ts';
import { Followers } from './records/followers.ts';
import { type Announcement, Notes } from './records/notes.ts';

export interface FederationOptions extends ActorPlace {
  home: Home;
  name: string;
  summary: string;
  warn: (line: string) => void;
  clock?: Clock;
  /** Lets it speak with servers on this machine, and without TLS. For tests: anybody could make it call what is behind the firewall. */
  allowPrivate?: boolean;
  backoff?: Backoff;
  /** Between two looks at what is to be delivered, milliseconds. Default 1000. */
  everyMs?: number;
}

const placeFile: StateDefinition<{ place: ActorPlace | null }> = {
  kind: 'federation',
  version: 1,
  schema: z.strictObject({ place: z.strictObject({ url: z.string(), handle: z.string() }).nullable() }),
  initial: () => ({ place: null }),
};

/** The account of this home keeps the address under which it began. @throws ArtistError ERR_CONFIG */
async function keepPlace(home: Home, { url, handle }: ActorPlace): Promise<void> {
  const file = new StateFile(home.federation('place.json'), placeFile);
  const before = (await file.read()).place;
  if (!before) await file.update(() => ({ place: { url, handle } }));
  else if (before.url !== url || before.handle !== handle)
    throw new ArtistError(
      'ERR_CONFIG',
      `federation: expected url ${before.url} and handle ${before.handle}, under which followers know the account, got ${url} and ${handle}. An account cannot move: set them back, or begin anew by removing the folder ${home.federation('.')}`,
    );
}

/** The artist as an account in the Fediverse: answers other servers, and delivers to followers while it runs. */
export class Federation {
  readonly addresses: Addresses;
  readonly followers: Followers;
  readonly #options: FederationOptions;
  readonly #fedify: Fedify;
  readonly #server: FedifyServer;
  readonly #notes: Notes;
  readonly #files: DeliveryFiles;
  readonly #engagements: Engagements;
  readonly #clock: Clock;
  #delivery: { lock: Lock; deliverer: Deliverer } | undefined;
  #running: Promise<void> | undefined;
  readonly #ending = new AbortController();

  private constructor(options: FederationOptions, fedify: Fedify, keys: KeyPair[]) {
    const { home, name, summary, warn, clock = systemClock, allowPrivate = false } = options;
    const onRepair = ({ path, reason, setAside, restored }: StateRepair): void =>
      warn(`federation: ${path} was damaged (${reason}): ${restoredWords[restored]}; the damaged file is ${setAside}`);
    this.#options = options;
    this.#fedify = fedify;
    this.#clock = clock;
    this.addresses = new Addresses(options);
    this.followers = new Followers(home, { onRepair });
    this.#notes = new Notes(home);
    this.#files = new DeliveryFiles(home, { onRepair });
    this.#engagements = new Engagements(home, { onRepair });
    this.#server = fedify.createFederation<void>({
      kv: new FileCache(home, clock),
      origin: options.url,
      allowPrivateAddress: allowPrivate,
      userAgent: { software: 'ai-artist', url: options.url },
    });
    const parts = { addresses: this.addresses, notes: this.#notes, followers: this.followers, warn };
    describeActor(this.#server, fedify, { ...parts, name, summary, keys });
    const send = (delivery: string, activity: ActivityJson, inboxes: readonly string[]) => this.#send(delivery, activity, inboxes);
    new Inbox(fedify, { ...parts, engagements: this.#engagements, allowPrivate, clock, send }).listen(this.#server);
  }

  /**
   * @throws ArtistError ERR_UNSUPPORTED: @fedify/fedify is not installed; ERR_CONFIG: the account began under another address; ERR_DAMAGED,
   *   ERR_READ, ERR_WRITE, ERR_DISK_FULL
   */
  static async open(options: FederationOptions): Promise<Federation> {
    const fedify = await loadFedify();
    await keepPlace(options.home, options);
    return new Federation(options, fedify, await openKeys(options.home, fedify));
  }

  /** Answers a request for one of the account's paths. Its address is taken as that of the account, through which proxy it may have come. */
  async fetch(request: Request): Promise<Response> {
    const { name, summary } = this.#options;
    const own = request.method === 'GET' || request.method === 'HEAD';
    const answer = own ? await answerOurselves(request, { addresses: this.addresses, name, summary, notes: this.#notes }) : undefined;
    return answer ?? (await this.#server.fetch(request, { contextData: undefined }));
  }

  /** Begins to deliver, and to tell followers of new posts. One process of a home does so; others wait until it ends. */
  start(): void {
    this.#running ??= this.#run(this.#ending.signal);
  }

  /** How many inboxes wait for something; 0 while another process delivers. */
  get waiting(): number {
    return this.#delivery?.deliverer.waiting ?? 0;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.#delivery?.deliverer.stop();
    await this.#delivery?.lock.release();
    this.#delivery = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let told = '';
    while (!signal.aborted) {
      try {
        await this.#step();
        told = '';
      } catch (error) {
        const line = `federation: ${errorLine(error)}`;
        if (line !== told) this.#options.warn(line); // the same each second says nothing more
        told = line;
      }
      await this.#clock.sleep(this.#options.everyMs ?? 1000, { signal }).catch(() => undefined); // stop() ends the wait
    }
  }

  async #step(): Promise<void> {
    this.#delivery ??= await this.#open();
    const delivery = this.#delivery;
    if (!delivery) return;
    for (const announcement of await this.#notes.announcements()) await this.#announce(announcement);
    await delivery.deliverer.step();
  }

  async #open(): Promise<{ lock: Lock; deliverer: Deliverer } | undefined> {
    const { home, warn, allowPrivate = false, backoff = usualBackoff } = this.#options;
    const path = home.federation('delivery.lock');
    const lock = await acquireLock(path, { purpose: 'delivering to followers', waitMs: 0, private: true }).catch((error: unknown) => {
      if (isArtistError(error, 'ERR_LOCKED')) return undefined;
      throw error;
    });
    if (!lock) return undefined;
    const sign = await this.#signer();
    const parts = { files: this.#files, followers: this.followers, sign, allowPrivate, backoff, clock: this.#clock, warn };
    return { lock, deliverer: new Deliverer(parts) };
  }

  async #signer(): Promise<(request: Request) => Promise<Request>> {
    const [rsa] = await this.#context().getActorKeyPairs(this.addresses.handle);
    if (!rsa) throw new ArtistError('ERR_INTERNAL', 'federation: expected a key of the account, got none');
    return (request) => this.#fedify.signRequest(request, rsa.privateKey, rsa.keyId);
  }

  #context() {
    return this.#server.createContext(new URL(this.addresses.url), undefined);
  }

  async #announce(announcement: Announcement): Promise<void> {
    const { note: id, kind } = announcement;
    const note = await this.#notes.find(id);
    if (!note) return; // it is being written
    if (kind === 'delete' || note.deletedAt === null) {
      const activity = kind === 'create' ? createJson(note, this.addresses) : deleteJson(note, this.addresses);
      const inboxes = (await this.followers.list()).map(({ inbox, sharedInbox }) => sharedInbox ?? inbox);
      await this.#send(`${kind}-${id}`, activity, inboxes);
      if (kind === 'delete') await this.#engagements.forget(id);
      else await this.#engagements.begin(id);
    }
    await this.#notes.announced(announcement);
  }

  /** Stores what is to be delivered; an inbox that many share gets it once. */
  async #send(name: string, activity: ActivityJson, inboxes: readonly string[]): Promise<void> {
    const to = [...new Set(inboxes)].map((inbox) => ({ inbox, tries: 0, at: Math.round(this.#clock.now()) }));
    if (to.length > 0) await this.#files.add(name, { activity: await this.#proved(activity), to });
  }

  /** With a proof of the Ed25519 key (FEP-8b32), by which a server can believe it from whatever server it comes. */
  async #proved(activity: ActivityJson): Promise<ActivityJson> {
    const context = this.#context();
    const { contextLoader } = context;
    const [, ed25519] = await context.getActorKeyPairs(this.addresses.handle);
    if (!ed25519) return activity;
    const read = await this.#fedify.Activity.fromJsonLd(activity, { contextLoader });
    const signed = await this.#fedify.signObject(read, ed25519.privateKey, ed25519.keyId, { contextLoader });
    return (await signed.toJsonLd({ format: 'compact', contextLoader })) as ActivityJson;
  }
}
