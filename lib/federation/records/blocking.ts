import type { Home } from '../../core/index.ts';
import { Engagements } from './engagement.ts';
import { Followers, isOnServer } from './followers.ts';

/**
 * Blocks a server with all below it, forgets its followers, and takes back what its people had reacted to. Returns how many of each those were.
 *
 * @param host such as spam.example
 * @throws ArtistError every error of StateFile.change()
 */
export async function blockServer(home: Home, host: string, now: number): Promise<{ followers: number; reactions: number }> {
  const followers = await new Followers(home).block(host, now);
  return { followers, reactions: await new Engagements(home).removeActors((actor) => isOnServer(actor, host)) };
}
