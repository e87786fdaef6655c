import { getPriority, setPriority } from 'node:os';

/** Steps below the process that started it, of at most 19; on Windows: below normal. */
const niceness = 10;
const lowest = 19;

/** Gives this process a lower CPU priority than its parent, so that a server answers while it paints or trains. */
export function lowerPriority(): void {
  try {
    setPriority(Math.min(lowest, getPriority() + niceness));
  } catch {
    // Some sandboxes do not permit it: the process then competes with the server.
  }
}
