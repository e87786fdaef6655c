import { ArtistError, writeOutput } from '../../../lib/core/index.ts';
import { launchdPlist, systemdUnit } from '../../../lib/schedule/index.ts';
import { choice, text, toggle } from '../../flags/flags.ts';
import { queueDescription } from '../../flags/schedule/queue-address.ts';
import { kinds, placeOf, scriptOf } from '../../print/schedule/unit-place.ts';
import { command } from '../../shell/command.ts';

/** The daemon gives a work half a minute to finish, and an abort may take ten seconds. */
const stopSeconds = 90;

export const installCommand = command({
  flags: {
    print: toggle('Print the unit on stdout and write nothing'),
    kind: choice('Service manager. Default: launchd on macOS, else systemd', kinds),
    queue: text(`${queueDescription}. Default: paint in this process`),
    force: toggle('Replace an existing file'),
  },
  examples: [
    ['$0 schedule install', 'Write the unit for this user and print how to enable it'],
    ['$0 schedule install --print --kind systemd', 'Only print it'],
  ],
  run: async ({ print, kind = process.platform === 'darwin' ? 'launchd' : 'systemd', queue, force }, { home }) => {
    if (process.platform === 'win32' && print !== true)
      throw new ArtistError(
        'ERR_UNSUPPORTED',
        'schedule install: expected Linux or macOS, got Windows. Start `ai-artist-schedule start` with the Task Scheduler',
      );
    const options = { node: process.execPath, script: scriptOf(), home, args: queue === undefined ? [] : ['--queue', queue], stopSeconds };
    const unit = kind === 'launchd' ? launchdPlist(options) : systemdUnit(options);
    const { file, enable } = placeOf(kind);
    if (print) return { json: { kind, file, unit, written: false, enable }, text: unit.trimEnd().split('\n') };
    await writeOutput(file, unit, { overwrite: force === true });
    return { json: { kind, file, unit, written: true, enable }, text: [file], notes: ['then:', ...enable.map((line) => `  ${line}`)] };
  },
});
