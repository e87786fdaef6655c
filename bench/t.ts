import { rmSync } from 'node:fs';
import { Gallery } from '../lib/gallery/index.ts';
import { fill } from './gallery/fill.ts';

const f = '/tmp/ga-dbg';
rmSync(f, { recursive: true, force: true });
await fill(f, 100000, false);
console.log('filled');
const g = new Gallery({ folder: f });
console.log(await g.rebuild());
for (let i = 0; i < 2; i++) {
  const t = performance.now();
  const h = new Gallery({ folder: f });
  await h.list();
  console.log(performance.now() - t);
}
