/**
 * Requests that schemathesis makes up from the OpenAPI document of `ai-artist serve`: `npm run bench -- schemathesis`. Most are about things that
 * the home has: works, jobs, a finished training run, shares … No reply may be a fault of the server (5xx) or have a status that the document
 * does not name. Ends within about fifteen minutes. Needs python3 with venv, and the network.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { furnish, furnishQueue, type KnownNames } from './furnish.ts';
import { ServedHome } from './served-home.ts';

/** Event streams do not end; paintings that are waited for take too long for thousands of requests, and jobs need no painter. */
const left = '(/events$|/v1/images/(generations|edits|variations)$|/sdapi/v1/(txt2img|img2img|extra-))';
const seconds = 600;

/** Of which operation how many replies had which status. */
type Reached = Record<string, Record<string, number>>;

const receiver = createServer((request, response) => {
  request.resume();
  response.writeHead(410).end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const limits = 'server:\n  readsPerMinute: 0\n  changesPerMinute: 0\n  webhooks:\n    privateHosts: [127.0.0.1]\n';
const home = new ServedHome('schemathesis', limits);
const at = (name: string): string => path.join(home.folder, name);

function joined(one: KnownNames, other: KnownNames): KnownNames {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, [...(one[key] ?? []), ...(other[key] ?? [])]]));
}

function tell(reached: Reached): void {
  const operations = Object.entries(reached);
  const isGood = ([status]: [string, number]): boolean => /^2/.test(status);
  const good = operations.filter(([, counts]) => Object.entries(counts).some(isGood));
  const requests = operations.flatMap(([, counts]) => Object.values(counts)).reduce((sum, count) => sum + count, 0);
  console.log(`${requests} requests; ${good.length} of ${operations.length} operations answered with 2xx at least once. The others:`);
  for (const [name, counts] of operations.filter((one) => !good.includes(one))) console.log(`  ${name}: ${JSON.stringify(counts)}`);
}

try {
  const programs = home.installPython('schemathesis==4.32.5');
  const token = home.newToken('admin');
  const urlOf = (port: string): string => `http://127.0.0.1:${port}`;
  const { port: hook } = receiver.address() as AddressInfo;
  const gallery = path.join(home.folder, 'home', 'gallery');
  const names = await furnish(urlOf(await home.serve()), token, { gallery, receiver: `http://127.0.0.1:${hook}/` });
  await home.stop();
  const url = urlOf(await home.serve('--no-worker'));
  writeFileSync(at('known.json'), JSON.stringify(joined(names, await furnishQueue(url, token))));
  const options = ['--checks', 'not_a_server_error,status_code_conformance', '--exclude-path-regex', left];
  // Figures and the map are measured in a process of their own, which a busy machine starts slowly.
  const bounds = [
    '--phases',
    'examples,fuzzing,coverage',
    '--max-examples',
    '20',
    '--max-time',
    String(seconds),
    '--request-timeout',
    '120',
  ];
  const args = ['run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${token}`, '--continue-on-failure', ...options, ...bounds];
  const client = spawn(path.join(programs, 'schemathesis'), args, {
    cwd: home.folder,
    stdio: 'inherit',
    env: {
      ...process.env,
      SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
      PYTHONPATH: path.dirname(fileURLToPath(import.meta.url)),
      PYTHONDONTWRITEBYTECODE: '1',
      KNOWN_NAMES: at('known.json'),
      REACHED: at('reached.json'),
    },
  });
  const [status] = (await once(client, 'exit')) as [number | null];
  tell(JSON.parse(readFileSync(at('reached.json'), 'utf8')) as Reached);
  process.exitCode = status ?? 1;
} finally {
  await home.close();
  receiver.close();
}
