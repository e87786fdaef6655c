/** Adds jobs, removes every third, and prints each finished change, until it is killed: `edits.ts HOME`. */
import { writeSync } from 'node:fs';
import { ScheduleStore } from '../../../lib/schedule/index.ts';

const [home = ''] = process.argv.slice(2);
const store = new ScheduleStore(home);
for (let count = 0; ; count++) {
  const { id } = await store.add({ when: 'daily 09:00', timeZone: 'UTC', payload: { count } });
  writeSync(1, `added ${id}\n`);
  if (count % 3 === 2) {
    await store.remove(id);
    writeSync(1, `removed ${id}\n`);
  }
}
