/** Program of the task `start`: from nothing to the first picture. `node first-picture.js OPTIONS` */
import { loadModel } from '../../engine/index.ts';
import type { EngineOptions } from './task.ts';

const began = performance.now();
const options = JSON.parse(process.argv[2] ?? '{}') as EngineOptions;
const model = await loadModel(options);
const loaded = performance.now();
await model.generate({ prompt: 'a red fox in the snow', width: 64, height: 64, steps: 1, seed: 7 });
const painted = performance.now();
await model.dispose();
const { user, system } = process.cpuUsage();
const parts = { import: began / 1000, load: (loaded - began) / 1000, paint: (painted - loaded) / 1000 };
process.stdout.write(JSON.stringify({ parts, cpuSeconds: (user + system) / 1e6 }));
