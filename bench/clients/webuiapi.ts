/**
 * The unmodified Python client `webuiapi` against `ai-artist serve`: `npm run bench -- webuiapi`. Makes a virtual environment in a temporary
 * folder, installs the client from PyPI, serves a temporary home, paints the same with `ai-artist generate`, and lets call_webuiapi.py compare.
 * Needs python3 with venv, and the network.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServedHome } from './served-home.ts';

const home = new ServedHome('webuiapi');
const { folder } = home;

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
  home.artist('generate', ...same, '--seed', seed, ...args, '--out', path.join(folder, file));

try {
  const python = path.join(home.installPython('webuiapi==0.9.17'), 'python');
  const token = home.newToken('paint');
  paint('txt2img.png', '7');
  paint('start.png', '8');
  paint('hires.png', '7', '--hires', '--hires-scale', '2', '--hires-strength', '0.5');
  paint('img2img.png', '7', '--init', path.join(folder, 'start.png'), '--strength', '0.6');
  const script = fileURLToPath(new URL('call_webuiapi.py', import.meta.url));
  const client = spawn(python, [script, await home.serve(), token, folder], { stdio: 'inherit' });
  const [status] = (await once(client, 'exit')) as [number | null];
  process.exitCode = status ?? 1;
} finally {
  await home.close();
}
