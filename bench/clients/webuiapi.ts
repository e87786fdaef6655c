/**
 * The unmodified Python client `webuiapi` against `ai-artist serve`: `npm run bench -- webuiapi`. Makes a virtual environment in a temporary
 * folder, installs the client from PyPI, serves a temporary home, paints the same with `ai-artist generate`, and lets call_webuiapi.py compare.
 * Needs python3 with venv, and the network.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const program = ['--import', 'tsx', here('../../bin/ai-artist.ts')];
const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-webuiapi-'));
const env = { ...process.env, AI_ARTIST_HOME: path.join(folder, 'home') };
const artist = (...args: string[]): string =>
  execFileSync(process.execPath, [...program, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** webuiapi always sends eta 1. */
const same = [
  'flat vector art of a fox',
  '--width',
  '128',
  '--height',
  '128',
  '--steps',
  '4',
  '--cfg-scale',
  '5',
  '--sampler',
  'euler',
  '--eta',
  '1',
];
const paint = (file: string, seed: string, ...args: string[]): string =>
  artist('generate', ...same, '--seed', seed, ...args, '--out', path.join(folder, file));

function install(): string {
  const python = path.join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  execFileSync('python3', ['-m', 'venv', path.join(folder, 'venv')], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'webuiapi==0.9.17'], { stdio: 'inherit' });
  return python;
}

/** Starts the server and returns its port. */
async function serve(): Promise<{ server: ChildProcess; port: string }> {
  const server = spawn(process.execPath, [...program, 'serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) server.emit('port', port);
    });
  const [port] = (await Promise.race([once(server, 'port'), once(server, 'exit')])) as [unknown];
  if (typeof port !== 'string') throw new Error(`serve: ended with ${String(port)} before it listened`);
  return { server, port };
}

let server: ChildProcess | undefined;
try {
  const python = install();
  const token = artist('serve', 'token', 'create', 'bench', '--scope', 'paint').trim();
  paint('txt2img.png', '7');
  paint('start.png', '8');
  paint('hires.png', '7', '--hires', '--hires-scale', '2', '--hires-strength', '0.5');
  paint('img2img.png', '7', '--init', path.join(folder, 'start.png'), '--strength', '0.6');
  const started = await serve();
  server = started.server;
  const client = spawn(python, [here('call_webuiapi.py'), started.port, token, folder], { stdio: 'inherit' });
  const [status] = (await once(client, 'exit')) as [number | null];
  process.exitCode = status ?? 1;
} finally {
  if (server) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
}
