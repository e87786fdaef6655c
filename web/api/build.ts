/** Whether this page is still the one that the server has: after an upgrade, files that it has not loaded yet are gone. */
import { signal } from '@preact/signals';

/** The server has another build of the page than this tab. */
export const isOutdated = signal(false);

/** The name of the first script has a hash of all that belongs to it. */
const ownScript = document.querySelector('script[type=module][src]')?.getAttribute('src');

/** Asks for the page, and compares. Answers that are no page, such as the sign-in of a proxy, say nothing. */
export async function checkBuild(): Promise<void> {
  if (!ownScript) return;
  const answer = await fetch(document.baseURI, { cache: 'no-cache' }).catch(() => undefined);
  const isPage = answer?.ok && !answer.redirected && answer.headers.get('content-type')?.startsWith('text/html');
  if (!answer || !isPage) return;
  isOutdated.value = !(await answer.text()).includes(ownScript);
}
