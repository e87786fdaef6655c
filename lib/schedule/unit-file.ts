import { ArtistError, display } from '../core/index.ts';

/** Settings for a service manager. */
export interface UnitOptions {
  /** Path of Node. */
  node: string;
  /** The script of `ai-artist-schedule`. */
  script: string;
  home: string;
  /** Further arguments of `start`. */
  args?: readonly string[];
  /** Seconds between the request to stop and the kill. Must exceed the daemon's own limits. */
  stopSeconds: number;
}

/** A line break would begin another setting of the unit; other control characters are valid in no path or address. */
function checkWords(words: readonly string[]): void {
  const bad = words.find((word) => /[\x00-\x1f\x7f]/.test(word));
  if (bad !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `schedule install: expected paths and addresses without control characters, got ${display(bad)}`,
    );
}

/** systemd.service(5), "Command lines": double quotes, backslashes escaped, `%` and `$` doubled. */
function systemdWord(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

/**
 * A unit for `~/.config/systemd/user/ai-artist.service`.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: a control character in a path or address
 */
export function systemdUnit({ node, script, home, args = [], stopSeconds }: UnitOptions): string {
  checkWords([node, script, home, ...args]);
  return `[Unit]
Description=ai-artist: pictures on a schedule
StartLimitIntervalSec=600
StartLimitBurst=5

[Service]
ExecStart=${[node, script, 'start', '--home', home, ...args].map(systemdWord).join(' ')}
Restart=on-failure
RestartSec=10
TimeoutStopSec=${stopSeconds}
KillMode=mixed
Nice=5

[Install]
WantedBy=default.target
`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A property list for `~/Library/LaunchAgents/ai-artist.plist`.
 *
 * @throws ArtistError every error of systemdUnit()
 */
export function launchdPlist({ node, script, home, args = [], stopSeconds }: UnitOptions): string {
  checkWords([node, script, home, ...args]);
  const words = [node, script, 'start', '--home', home, ...args].map((word) => `    <string>${xml(word)}</string>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>ai-artist</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ExitTimeOut</key>
  <integer>${stopSeconds}</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>StandardOutPath</key>
  <string>${xml(`${home}/logs/schedule.out.log`)}</string>
  <key>StandardErrorPath</key>
  <string>${xml(`${home}/logs/schedule.err.log`)}</string>
</dict>
</plist>
`;
}
