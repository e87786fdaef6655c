/** Where the account is: `https://art.example.org` and `painter` make @painter@art.example.org. Neither can change once somebody follows. */
export interface ActorPlace {
  /** An origin, without a slash at the end. */
  url: string;
  handle: string;
}

/** Paths that a proxy must pass on, besides everything below /ap. */
export const wellKnownPaths = ['/.well-known/webfinger', '/.well-known/nodeinfo', '/nodeinfo/2.1'] as const;

/** Addresses of the account. Other servers keep them for ever, so none of them may change. */
export class Addresses {
  readonly url: string;
  readonly handle: string;

  constructor({ url, handle }: ActorPlace) {
    this.url = url;
    this.handle = handle;
  }

  get actor(): string {
    return `${this.url}/ap/actors/${this.handle}`;
  }
  get followers(): string {
    return `${this.actor}/followers`;
  }
  /** `@painter@art.example.org` */
  get shownHandle(): string {
    return `@${this.handle}@${new URL(this.url).host}`;
  }
  note(id: string): string {
    return `${this.url}/ap/notes/${id}`;
  }
  picture(file: string): string {
    return `${this.url}/ap/pictures/${file}`;
  }
  /** @param tag without # */
  tag(tag: string): string {
    return `${this.url}/ap/tags/${encodeURIComponent(tag.toLowerCase())}`;
  }
  /** The id in the address of a post of ours; undefined: it is none. */
  noteId(address: URL | null): string | undefined {
    const prefix = this.note('');
    const id = address?.href.startsWith(prefix) ? address.href.slice(prefix.length) : '';
    return /^[0-9A-Z]{26}$/.test(id) ? id : undefined;
  }
}

/** The addresses of an account that is known by its actor; undefined: it is no such address. */
export function addressesOf(actor: string): Addresses | undefined {
  const [, url, handle] = /^(https?:\/\/[^/]+)\/ap\/actors\/([a-z0-9_]{1,30})$/.exec(actor) ?? [];
  return url !== undefined && handle !== undefined ? new Addresses({ url, handle }) : undefined;
}
