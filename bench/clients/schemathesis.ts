/**
 * Requests that schemathesis makes up from the OpenAPI document of `ai-artist serve`: `npm run bench -- schemathesis`. No reply may be a fault of
 * the server (5xx) or have a status that the document does not name. Needs python3 with venv, and the network.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ServedHome } from './served-home.ts';

/** Event streams do not end; paintings that are waited for take too long for thousands of requests, and jobs need no painter. */
const left = '(/events$|/v1/images/(generations|edits|variations)$|/sdapi/v1/(txt2img|img2img|extra-))';

const home = new ServedHome('schemathesis', 'server:\n  readsPerMinute: 0\n  changesPerMinute: 0\n');
try {
  const programs = home.installPython('schemathesis==4.32.5');
  const token = home.newToken('admin');
  const port = await home.serve('--no-worker');
  const options = ['--checks', 'not_a_server_error,status_code_conformance', '--exclude-path-regex', left];
  // Figures and the map are measured in a process of their own, which a busy machine starts slowly.
  const bounds = ['--phases', 'examples,coverage,fuzzing', '--max-examples', '20', '--request-timeout', '120'];
  const args = ['run', `http://127.0.0.1:${port}/openapi.json`, '-H', `Authorization: Bearer ${token}`, ...options, ...bounds];
  const client = spawn(path.join(programs, 'schemathesis'), args, { cwd: home.folder, stdio: 'inherit' });
  const [status] = (await once(client, 'exit')) as [number | null];
  process.exitCode = status ?? 1;
} finally {
  await home.close();
}
