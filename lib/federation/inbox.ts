import type * as V from '@fedify/fedify';
import { ArtistError, type Clock, createIds, errorLine } from '../core/index.ts';
import type { FedifyServer } from './actor.ts';
import { checkInbox } from './delivery/post-activity.ts';
import type { Fedify } from './fedify-package.ts';
import { type ActivityJson, acceptJson } from './objects.ts';
import type { Addresses } from './records/addresses.ts';
import type { Engagements, ReactionKind } from './records/engagement.ts';
import type { Followers } from './records/followers.ts';
import type { Notes } from './records/notes.ts';

export interface InboxParts {
  addresses: Addresses;
  notes: Notes;
  followers: Followers;
  engagements: Engagements;
  allowPrivate: boolean;
  clock: Clock;
  /** Delivers an activity to inboxes. */
  send: (name: string, activity: ActivityJson, inboxes: readonly string[]) => Promise<void>;
  warn: (line: string) => void;
}

type Context = V.InboxContext<void>;

/**
 * What arrives from other servers. Fedify has checked the signature, so that `actorId` is who sent it; nothing else in an activity is believed
 * of anybody but that actor.
 */
export class Inbox {
  readonly #v: Fedify;
  readonly #parts: InboxParts;
  readonly #newId: () => string;

  constructor(fedify: Fedify, parts: InboxParts) {
    this.#v = fedify;
    this.#parts = parts;
    this.#newId = createIds({ clock: parts.clock });
  }

  listen(server: FedifyServer): void {
    const { Follow, Undo, Like, Announce, Create, Delete, Block } = this.#v;
    const { addresses, warn } = this.#parts;
    server
      .setInboxListeners('/ap/actors/{identifier}/inbox', '/ap/inbox')
      .setSharedKeyDispatcher(() => ({ identifier: addresses.handle }))
      .on(Follow, (context, activity) => this.#from(activity, (actor) => this.#follow(context, activity, actor)))
      .on(Undo, (context, activity) => this.#from(activity, (actor) => this.#undo(context, activity, actor)))
      .on(Like, (_, activity) => this.#from(activity, (actor) => this.#react('likes', activity.objectId, actor, activity.id)))
      .on(Announce, (_, activity) => this.#from(activity, (actor) => this.#react('shares', activity.objectId, actor, activity.id)))
      .on(Create, (context, activity) => this.#from(activity, (actor) => this.#reply(context, activity, actor)))
      .on(Delete, (_, activity) => this.#from(activity, (actor) => this.#delete(activity.objectId, actor)))
      .on(Block, (_, { objectId, actorId }) => this.#leave(objectId, actorId))
      .onError((_, error) => warn(`federation: an activity was not taken: ${errorLine(error)}`));
  }

  /** Does `work` for an actor whose server is not blocked. */
  async #from({ actorId }: V.Activity, work: (actor: string) => Promise<void>): Promise<void> {
    if (actorId && !(await this.#parts.followers.isBlocked(actorId))) await work(actorId.href);
  }

  async #follow(context: Context, { id, objectId }: V.Follow, actor: string): Promise<void> {
    const { addresses, followers, allowPrivate, clock, send } = this.#parts;
    if (objectId?.href !== addresses.actor || !id) return;
    // Fetched, not taken from the activity: an embedded actor could name any inbox.
    const documentLoader = await context.getDocumentLoader({ identifier: addresses.handle });
    const found = await context.lookupObject(new URL(actor), { documentLoader });
    if (!found || !this.#v.isActor(found) || found.id?.href !== actor || !found.inboxId)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `follower: expected an actor with an inbox at ${actor}, got another object`);
    const shared = found.endpoints?.sharedInbox ?? null;
    for (const inbox of [found.inboxId, ...(shared ? [shared] : [])]) checkInbox(inbox, allowPrivate);
    const handle = `@${String(found.preferredUsername ?? '').slice(0, 200)}@${new URL(actor).host}`;
    await followers.add({ actor, inbox: found.inboxId.href, sharedInbox: shared?.href ?? null, handle, since: Math.round(clock.now()) });
    const name = `accept-${this.#newId()}`;
    await send(name, acceptJson({ id: id.href, actor }, name, addresses), [found.inboxId.href]);
  }

  /** Only what the sender did itself is undone, whomever the activity inside names. */
  async #undo(context: Context, activity: V.Undo, actor: string): Promise<void> {
    const { addresses, followers, engagements } = this.#parts;
    const object = await activity.getObject({ ...loadersOf(context), suppressError: true });
    const { Follow, Like, Announce } = this.#v;
    if (object instanceof Follow) {
      if (object.objectId?.href === addresses.actor) await followers.remove((follower) => follower.actor === actor);
    } else if (object instanceof Like || object instanceof Announce) {
      const kind = object instanceof Like ? 'likes' : 'shares';
      const note = await this.#ours(object.objectId);
      if (note !== undefined) await engagements.remove(note, actor, (of) => of === kind);
    } else if (activity.objectId) {
      // It names an activity that cannot be fetched.
      const { href } = activity.objectId;
      await engagements.removeEverywhere(actor, (_, id) => id === href);
    }
  }

  async #reply(context: Context, activity: V.Create, actor: string): Promise<void> {
    const note = await activity.getObject({ ...loadersOf(context), suppressError: true });
    if (!(note instanceof this.#v.Note) || note.attributionId?.href !== actor || note.id?.host !== new URL(actor).host) return;
    await this.#react('replies', note.replyTargetId, actor, note.id);
  }

  /** A reply that is gone, or an account with all that it did. */
  async #delete(object: URL | null, actor: string): Promise<void> {
    const { followers, engagements } = this.#parts;
    if (object && object.href !== actor) return engagements.removeEverywhere(actor, (kind, id) => kind === 'replies' && id === object.href);
    await followers.remove((follower) => follower.actor === actor);
    await engagements.removeEverywhere(actor, () => true);
  }

  async #leave(object: URL | null, actor: URL | null): Promise<void> {
    const { addresses, followers } = this.#parts;
    if (object?.href === addresses.actor) await followers.remove((follower) => follower.actor === actor?.href);
  }

  async #react(kind: ReactionKind, object: URL | null, actor: string, id: URL | null): Promise<void> {
    const note = await this.#ours(object);
    if (note !== undefined && id) await this.#parts.engagements.add(note, kind, { actor, id: id.href });
  }

  /** The id of a post of ours that is there. */
  async #ours(address: URL | null): Promise<string | undefined> {
    const { addresses, notes } = this.#parts;
    const id = addresses.noteId(address);
    const note = id === undefined ? undefined : await notes.find(id);
    return note?.deletedAt === null ? id : undefined;
  }
}

const loadersOf = ({ documentLoader, contextLoader }: Context) => ({ documentLoader, contextLoader });
