/** A schedule daemon that a test can kill: `daemon.ts HOME`. A work is a file named by its id; creating it twice is an error. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ScheduleDaemon, ScheduleStore } from '../../../lib/schedule/index.ts';

const [home = ''] = process.argv.slice(2);
const works = path.join(home, 'works');
mkdirSync(works, { recursive: true });

const daemon = await ScheduleDaemon.start({
  store: new ScheduleStore(home),
  tickMs: 20,
  heartbeatMs: 50,
  run: async ({ id }) => {
    const file = path.join(works, id);
    if (existsSync(file)) return { file };
    await new Promise((resolve) => setTimeout(resolve, 15));
    writeFileSync(file, '', { flag: 'wx' });
    return { file };
  },
});
process.on('SIGTERM', () => void daemon.stop().then(() => process.exit(0)));
process.send?.('ready');
