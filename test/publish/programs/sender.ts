/**
 * A sender that a test can kill: `sender.ts HOME SPEED BEHIND STARTED PUBLIC_FOLDER PUBLIC_URL`. Its clock runs SPEED times as fast as the system's; it began
 * BEHIND milliseconds before STARTED, so that nothing it does lies in the future of the networks.
 */
import { type Clock, systemClock, type TimerOptions } from '../../../lib/core/index.ts';
import { Gallery } from '../../../lib/gallery/index.ts';
import { PostSender } from '../../../lib/publish/index.ts';

const [home = '', speedText = '', behind = '', started = '', folder = '', url = ''] = process.argv.slice(2);
const speed = Number(speedText);
const clock: Clock = {
  now: () => Math.round(Number(started) - Number(behind) + (Date.now() - Number(started)) * speed),
  monotonic: () => systemClock.monotonic() * speed,
  timer: (ms: number, call: () => void, options?: TimerOptions) => systemClock.timer(ms / speed, call, options),
  sleep: (ms, options) => systemClock.sleep(ms / speed, options),
};
const sender = new PostSender({
  home,
  gallery: new Gallery({ home }),
  rules: { perDay: 100_000, minutesBetween: 0, timeZone: 'UTC', dollarsPerMonth: 100_000 },
  publicPlace: { folder, url },
  clock,
  onPost: () => undefined,
  warn: (line) => process.send?.(line),
});
sender.start();
setInterval(() => undefined, 60_000);
