/** A temporary home that `ai-artist serve` serves, and a Python environment for a client of it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = ['--import', 'tsx', fileURLToPath(new URL('../../bin/ai-artist.ts', import.meta.url))];

export class ServedHome {
  /** Temporary; the home is in it. */
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #server: ChildProcess | undefined;

  /** @param settings text of config.yaml */
  constructor(name: string, settings = '') {
    this.folder = mkdtempSync(path.join(tmpdir(), `ai-artist-${name}-`));
    const home = path.join(this.folder, 'home');
    mkdirSync(home);
    writeFileSync(path.join(home, 'config.yaml'), settings);
    this.#env = { ...process.env, AI_ARTIST_HOME: home };
  }

  /** Runs a command of ai-artist and returns what it prints on stdout. */
  artist(...args: string[]): string {
    return execFileSync(process.execPath, [...program, ...args], {
      env: this.#env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  newToken(scope: string): string {
    return this.artist('serve', 'token', 'create', 'bench', '--scope', scope).trim();
  }

  /** Starts the server and returns its port. */
  async serve(...args: string[]): Promise<string> {
    const server = spawn(process.execPath, [...program, 'serve', '--port', '0', ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#server = server;
    for (const stream of [server.stdout, server.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port !== undefined) server.emit('port', port);
      });
    const [port] = (await Promise.race([once(server, 'port'), once(server, 'exit')])) as [unknown];
    if (typeof port !== 'string') throw new Error(`serve: ended with ${String(port)} before it listened`);
    return port;
  }

  /** Makes a virtual environment with a package of PyPI and returns the folder of its programs. */
  installPython(requirement: string): string {
    const venv = path.join(this.folder, 'venv');
    const programs = path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement];
    execFileSync(path.join(programs, 'python'), pip, { stdio: 'inherit' });
    return programs;
  }

  /** Ends the server. */
  async stop(): Promise<void> {
    if (!this.#server || this.#server.exitCode !== null) return;
    this.#server.kill('SIGTERM');
    await once(this.#server, 'exit');
  }

  /** Ends the server and removes the folder. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
