import { homedir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../lib/core/index.ts';

export const kinds = ['systemd', 'launchd'] as const;

interface Place {
  file: string;
  enable: string[];
}

/** Path of a unit of this user, and the commands that enable it. */
export function placeOf(kind: (typeof kinds)[number]): Place {
  if (kind === 'launchd') {
    const file = path.join(homedir(), 'Library/LaunchAgents/ai-artist.plist');
    return { file, enable: [`launchctl bootstrap gui/$(id -u) ${JSON.stringify(file)}`] };
  }
  const folder = process.env['XDG_CONFIG_HOME'] || path.join(homedir(), '.config');
  return {
    file: path.join(folder, 'systemd/user/ai-artist.service'),
    enable: [
      'systemctl --user daemon-reload',
      'systemctl --user enable --now ai-artist',
      'loginctl enable-linger  # keep it running while you are not logged in',
    ],
  };
}

/** The built script, even if this one runs from source. */
export function scriptOf(): string {
  return path.join(packageRoot(), 'dist/esm/bin/ai-artist-schedule.js');
}
