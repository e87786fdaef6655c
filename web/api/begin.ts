/** The first exchange with the server, which may be away: a page that the browser kept opens without it. */
import { checkBuild } from './build.ts';
import { mayPass } from './client.ts';
import { followEvents, isConnected, onEvent } from './events.ts';
import { signInByLink } from './session.ts';

const retryMs = 3000;

/** Learns who the caller is, as soon as the server answers, and follows events from then on. @throws ApiError other than that it is away */
export async function begin(): Promise<void> {
  for (;;) {
    try {
      await signInByLink();
      break;
    } catch (error) {
      if (!mayPass(error)) throw error;
      isConnected.value = false;
      await new Promise((done) => setTimeout(done, retryMs));
    }
  }
  isConnected.value = true;
  followEvents();
  // Another process answers: it may be of another version.
  onEvent('reset', () => void checkBuild());
}
