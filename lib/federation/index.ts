export { Federation, type FederationOptions } from './federation.ts';
export { type ActorPlace, Addresses, addressesOf, wellKnownPaths } from './records/addresses.ts';
export { blockServer } from './records/blocking.ts';
export { type Engagement, Engagements } from './records/engagement.ts';
export { type Follower, Followers } from './records/followers.ts';
export { Notes, type StoredNote } from './records/notes.ts';
