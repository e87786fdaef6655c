import { spawn } from 'node:child_process';
import { ArtistError } from '../../../lib/core/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

/** The system's command that opens a file in its default program. */
const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', '""'],
};

/** Without a display, xdg-open exits at once and shows nothing. */
const hasDisplay = (): boolean =>
  process.platform === 'darwin' || process.platform === 'win32' || !!(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);

/** Starts the program without waiting for its end. */
function show(path: string, program: string | undefined): Promise<void> {
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

export const openCommand = command({
  optional: { work: text('Id of the work, or its first or last characters. Default: latest') },
  flags: { with: text('Program to open the picture with. Default: the viewer of the system') },
  examples: [
    ['$0 gallery open', 'The newest work'],
    ['$0 gallery open 01K9 --with gimp', 'In another program'],
  ],
  run: async ({ work: id = 'latest', with: program }, context) => {
    const gallery = await openGallery(context);
    const work = await gallery.get(id);
    if (!(await gallery.hasPicture(work)))
      throw new ArtistError('ERR_NOT_FOUND', `${work.path}: the picture of this work is gone. See: ai-artist gallery verify`);
    if (program === undefined && !hasDisplay())
      throw new ArtistError(
        'ERR_UNSUPPORTED',
        `open: expected a display to show the picture on, got none (neither DISPLAY nor WAYLAND_DISPLAY is set). It is ${work.path}. Name a program that needs none with --with`,
      );
    await show(work.path, program);
    return { json: { id: work.id, path: work.path }, text: [work.path] };
  },
});
