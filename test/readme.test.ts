/** Every command of README.md's blocks, in order, and all of them a second time, in one home: what a newcomer types while reading. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { is, match, ok } from 'uvu/assert';
import { listDevices } from '../lib/index.ts';
import { suite } from './harness.ts';
import { bundle } from './support/bundle.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The lines of the blocks, without comments; "a; b" is two commands, "npm install && x" is x: this checkout is installed. */
const commands = [...readFileSync(path.join(root, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').replace(/^npm install && /, ''))
  .flatMap((line) => line.split('; '))
  .filter((line) => /^(npx )?ai-artist /.test(line));

interface Outcome {
  /** Added to the command: the same work in less time. */
  add?: string;
  /** Sent to the process once it has said this. */
  interruptAfter?: RegExp;
  /** Exit status that is right here. Default: 0. */
  status?: number;
  /** What the command must say. */
  says?: RegExp;
  /** Other than the first time. */
  again?: Pick<Outcome, 'status' | 'says'>;
}

const hasCuda = (await listDevices()).some(({ name }) => name === 'CUDA0');
const needsModel = { status: 1, says: /ai-artist models pull (sd-turbo|sd15)/ };

/** What would take too long for a test, never ends by itself, or cannot do its work here: without a network, larger models and a GPU. */
const outcomes: [command: RegExp, outcome: Outcome][] = [
  [/--model (sd-turbo|sd15)/, needsModel],
  [/^ai-artist train \.\//, { add: '--steps 4 --sample-every 0 --force' }],
  // The run before it is finished.
  [/^ai-artist train resume/, { status: 1, says: /expected a training run in .* to resume, got "latest"\. All of them are finished/ }],
  [/^ai-artist schedule start/, { interruptAfter: /\d jobs?; next/ }],
  [/^ai-artist serve token create/, { again: { status: 1, says: /expected a name that no token has, got "phone"/ } }],
  [/^ai-artist serve --open$/, { interruptAfter: /Listening on http:/ }],
  [/^ai-artist models pull/, { status: 1, says: /ERR_NETWORK/ }],
  [/^ai-artist upscale/, { again: { status: 1, says: /fox-large\.png: exists already/ } }],
  [/--backend CUDA0/, hasCuda ? {} : { status: 1, says: /'CUDA0' was not found\. Present here: / }],
];

suite('README', (test) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-readme-'));
  const bin = path.join(folder, 'bin');
  const here = path.join(folder, 'here');

  test.before(async () => {
    for (const made of [bin, here, path.join(here, 'my-drawings'), path.join(here, 'my-dog')]) mkdirSync(made, { recursive: true });
    const program = [process.execPath, path.join(bundle('readme', [new URL('../bin/ai-artist.ts', import.meta.url)]), 'ai-artist.mjs')];
    writeFileSync(path.join(bin, 'ai-artist'), `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
    const drawings = path.join(root, 'test/fixtures/train/streamline');
    for (const name of readdirSync(drawings)
      .filter((file) => file.endsWith('.png'))
      .slice(0, 4)) {
      copyFileSync(path.join(drawings, name), path.join(here, 'my-drawings', name));
      copyFileSync(path.join(drawings, name), path.join(here, 'my-dog', name));
    }
    const picture = sharp({
      create: { width: 128, height: 128, channels: 3, background: '#d08020', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
    });
    for (const name of ['day', 'house', 'fox'])
      await picture
        .clone()
        .png()
        .toFile(path.join(here, `${name}.png`));
    writeFileSync(path.join(here, 'owls.txt'), 'an owl\na snowy owl at night\n');
    const half = await sharp({ create: { width: 64, height: 128, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 128, height: 128, channels: 3, background: 'black' } })
      .composite([{ input: half, left: 0, top: 0 }])
      .png()
      .toFile(path.join(here, 'door.png'));
  });
  const running = new Set<ChildProcess>();
  test.after(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function run(command: string, { interruptAfter }: Outcome): Promise<{ status: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', `exec ${command}`], {
        cwd: here,
        env: {
          PATH: `${bin}:${process.env.PATH}`,
          HOME: folder,
          AI_ARTIST_HOME: path.join(folder, '.ai-artist'),
          HF_ENDPOINT: 'http://127.0.0.1:9', // nothing answers there
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      let output = '';
      let interrupted = false;
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (!interruptAfter || interrupted || !interruptAfter.test(output)) return;
          interrupted = true;
          child.kill('SIGINT');
        });
      }
      child.on('error', reject);
      child.on('close', (status) => {
        running.delete(child);
        resolve({ status, output });
      });
    });
  }

  test('has commands', () => ok(commands.length > 30, `${commands.length}`));

  for (const time of ['first', 'second']) {
    for (const [index, command] of commands.entries()) {
      const outcome = outcomes.find(([pattern]) => pattern.test(command))?.[1] ?? {};
      test(
        `${time} time, ${index + 1}: ${command}`,
        async () => {
          const line = [command.replace(/^npx /, ''), outcome.add].filter(Boolean).join(' ');
          const { status = 0, says } = { ...outcome, ...(time === 'second' ? outcome.again : {}) };
          const ended = await run(line, outcome);
          is(ended.status, status, ended.output);
          if (says) match(ended.output, says);
        },
        { timeoutMs: 300_000 },
      );
    }
  }
});
