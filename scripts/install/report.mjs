// The install script's output. npm hides the output of install scripts, so messages for a person go directly to the terminal; logs, CI and
// pipes get plain lines on stderr.
import { closeSync, openSync, writeSync } from 'node:fs';

function openTerminal() {
  const { CI, npm_config_loglevel: level, npm_config_foreground_scripts: foreground, npm_lifecycle_event: event } = process.env;
  if (process.stderr.isTTY || CI || !event || foreground === 'true' || level === 'silent' || process.platform === 'win32') return undefined;
  try {
    return openSync('/dev/tty', 'w');
  } catch {
    return undefined; // no controlling terminal
  }
}

const minutes = (seconds) => (seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`);

/** @returns {{ say(text: string): void, progress(done: number, total: number, what: string): void, close(): void }} */
export function createReport(write = (text) => process.stderr.write(text)) {
  const terminal = openTerminal();
  let lastTenth = -1;
  let started = 0;
  const line = (text) => {
    write(`${text}\n`);
    if (terminal !== undefined) writeSync(terminal, `\r\u001b[K${text}\n`);
  };
  return {
    say: (text) => line(`ai-artist: ${text}`),
    /** Prints one line per tenth of the work, with the remaining time at the current pace. */
    progress(done, total, what) {
      const tenth = Math.floor((done / total) * 10);
      if (done <= 1 || started === 0) {
        started = Date.now();
        lastTenth = -1;
      }
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      const elapsed = (Date.now() - started) / 1000;
      const left = done > 1 && done < total ? `, about ${minutes((elapsed / done) * (total - done))} left` : '';
      line(`ai-artist: ${what} ${Math.floor((done / total) * 100)} % (${done} of ${total})${left}`);
    },
    close() {
      if (terminal !== undefined) closeSync(terminal);
    },
  };
}
