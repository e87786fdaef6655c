import { spawn } from 'node:child_process';
import { ArtistError } from '../../lib/core/index.ts';

/** The system's command that opens a file or an address in its default program. */
const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', '""'],
};

/** Without a display, xdg-open exits at once and shows nothing. */
export const hasDisplay = (): boolean =>
  process.platform === 'darwin' || process.platform === 'win32' || !!(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);

/** Opens a file or an address in a program, without waiting for its end. @throws ArtistError ERR_UNSUPPORTED when the program cannot be started */
export function show(path: string, program: string | undefined): Promise<void> {
  const [name, ...args] = program === undefined ? (openers[process.platform] ?? ['xdg-open']) : [program];
  return new Promise((resolve, reject) => {
    const child = spawn(name, [...args, path], { detached: true, stdio: 'ignore' });
    child.on('error', (cause) =>
      reject(
        new ArtistError('ERR_UNSUPPORTED', `open: expected the program ${name}, got ${cause.message}. Name another with --with`, { cause }),
      ),
    );
    child.on('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

/** Opens an address in the browser, if this command runs in a terminal of a desktop. @throws ArtistError ERR_UNSUPPORTED */
export async function openInBrowser(url: string): Promise<void> {
  if (process.stderr.isTTY && hasDisplay()) await show(url, undefined);
}
