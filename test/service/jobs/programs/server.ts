/** A server that a test can kill: `server.ts HOME JOBS STEPS`. Submits jobs, starts a painter, and sends its process id and the ids. */
import { startPainter } from '../../../../lib/service/index.ts';
import { openServer, request } from '../support.ts';

const [home = '', jobs = '0', steps = '1'] = process.argv.slice(2);
const server = await openServer(home);
const ids: string[] = [];
for (let index = 0; index < Number(jobs); index++)
  ids.push((await server.jobs.submit(request({ seed: index, steps: Number(steps) }, { keep: index % 2 === 0 }))).id);
const painter = await startPainter({ home, log: ({ message }) => process.stderr.write(`${message}\n`) });
process.send?.({ painter: painter.pid, ids });
