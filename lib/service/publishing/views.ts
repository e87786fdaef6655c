import { isoTime } from '../../core/index.ts';
import type { Account, NetworkName, Post } from '../../publish/index.ts';

/** Networks whose token ends unless it is renewed before; those of others do not end, or are renewed with another one that does not. */
const endingTokens: readonly NetworkName[] = ['instagram', 'threads'];

/** When the token of an account ends, milliseconds since 1970; null: never, or not known. */
function tokenExpiry({ network, secrets }: Pick<Account, 'network' | 'secrets'>): number | null {
  const at = secrets['expiresAt'];
  return endingTokens.includes(network) && typeof at === 'number' && at > 0 ? at : null;
}

/** A post as JSON, for --json and for clients of a server: times as ISO 8601. */
export function postView(post: Post) {
  const { approved, armed, published, problem, metrics, history, ...rest } = post;
  return {
    ...rest,
    createdAt: isoTime(post.createdAt),
    dueAt: isoTime(post.dueAt),
    nextAt: isoTime(post.nextAt),
    failingSince: isoTime(post.failingSince),
    approved: approved && { ...approved, at: isoTime(approved.at) },
    armedAt: isoTime(armed?.at ?? null),
    published: published && { ...published, at: isoTime(published.at) },
    problem: problem && { ...problem, at: isoTime(problem.at) },
    metrics: metrics.map(({ at, ...one }) => ({ ...one, at: isoTime(at) })),
    history: history.map(({ at, ...one }) => ({ ...one, at: isoTime(at) })),
  };
}

/** An account with the names of its secrets, and never their values. */
export function accountView({ secrets, connectedAt, stopped, ...rest }: Account) {
  return {
    ...rest,
    secrets: Object.keys(secrets),
    connectedAt: isoTime(connectedAt),
    tokenExpiresAt: isoTime(tokenExpiry({ network: rest.network, secrets })),
    stopped: stopped && { ...stopped, at: isoTime(stopped.at) },
  };
}
