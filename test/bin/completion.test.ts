import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { complete, type LookUp } from '../../bin/completion/complete.ts';
import { kindOfArgument } from '../../bin/completion/kinds.ts';
import { describeThisProgram } from '../../bin/help/program.ts';
import { ScheduleStore } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { cli, everyCommand, scratch } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const home = path.join(scratch, 'completion-home');
const programs = path.join(scratch, 'programs');
const environment = {
  ...process.env,
  AI_ARTIST_HOME: home,
  PATH: `${programs}${path.delimiter}${process.env['PATH']}`,
  NODE_V8_COVERAGE: '',
};

/** Runs a script in a shell. */
function answerOf(shell: string, args: readonly string[], script: string): Promise<string> {
  const child = spawn(shell, [...args, '-c', script], { cwd: scratch, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

/** What the program offers for a line, one value each; the last is what the shell adds itself. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout, code } = await cli(['__complete', 'ai-artist', ...words], { env: { AI_ARTIST_HOME: home } });
  assert.is(code, 0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}

/** The words that bash offers; `line` is cut as bash cuts it, at = too. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = `source <(ai-artist completion bash)
    COMP_WORDS=(ai-artist ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    _ai_artist; printf '<%s>\\n' "\${COMPREPLY[@]}"`;
  const output = await answerOf('bash', ['--norc'], script);
  return [...output.matchAll(/^<(.*)>$/gm)].map(([, word = '']) => word);
}

/** What stands on the line of a real zsh after Tab, once it contains `wanted`. */
function inZsh(typed: string, wanted: string): Promise<string> {
  return answerOf(
    'zsh',
    ['-f'],
    `zmodload zsh/zpty
    ai-artist completion zsh > completion.zsh
    zpty shell zsh -f -i
    zpty -w shell $'stty -echo; PS1= RPS1=; autoload -Uz compinit; compinit -u -D; source ./completion.zsh; print rea""dy'
    zpty -r -m shell heard $'*ready*'
    zpty -n -w shell $'${typed}\\t'
    zpty -r -m shell heard $'*${wanted}*'
    print -r -- "$heard"
    zpty -d shell`,
  );
}

const inFish = (line: string): Promise<string> =>
  answerOf('fish', ['--no-config'], `ai-artist completion fish | source; complete -C ${JSON.stringify(line)}\n`);

suite('completion', { timeoutMs: 120_000 }, (test) => {
  test.before(async () => {
    mkdirSync(programs, { recursive: true });
    const program = path.join(programs, 'ai-artist');
    writeFileSync(
      program,
      `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(path.join(root, 'dist/esm/bin/ai-artist.js'))} "$@"\n`,
    );
    chmodSync(program, 0o755);
    mkdirSync(path.join(home, 'loras/sketches'), { recursive: true });
    for (const name of ['ink', 'sketches/quick']) writeFileSync(path.join(home, 'loras', `${name}.safetensors`), 'not read');
    writeFileSync(path.join(scratch, 'fox.png'), '');
    await new ScheduleStore(home).add({ when: 'daily 09:00', name: 'morning', payload: {} });
  });

  test('every argument of every command has a kind, or its own list of values', async () => {
    const unknown: string[] = [];
    for (const { words, command } of await everyCommand())
      for (const [name, { choices }] of Object.entries(command.positionals))
        if (!choices && kindOfArgument(words, name) === undefined) unknown.push(`${words.join(' ')}: ${name}`);
    assert.equal(unknown, []);
  });

  test('commands, their commands, options that were not given yet, and values of options', async () => {
    const program = await describeThisProgram();
    const nothing: LookUp = async (kind) => [{ value: `a ${kind}` }];
    const values = async (...words: string[]): Promise<string[]> =>
      (await complete(program, words, nothing)).offers.map(({ value }) => value);
    assert.equal(await values('up'), ['upscale']);
    assert.equal(await values('schedule', 're'), ['remove', 'resume']);
    assert.equal(await values('help', 'schedule', 're'), ['remove', 'resume']);
    assert.equal(await values('create', 'a fox', '--see'), ['--seed']);
    assert.equal(await values('create', '--seed', '7', '--see'), []);
    assert.equal(await values('create', '--no-up'), ['--no-upscale']);
    assert.equal(await values('--json', 'create', '--qui'), ['--quiet']);
    assert.equal(await values('create', '--', '--see'), []);
    assert.equal(await values('generate', '-m', ''), ['a model']);
    assert.equal(await values('generate', '--model='), ['--model=a model']);
    assert.equal(await values('generate', '--cfg', ''), []);
    assert.equal(await values('train', 'resume', ''), ['a run']);
    assert.equal(await values('period', 'start', 'x', '--after', ''), ['a period']);
    assert.equal(await values('gallery', 'list', '--after', ''), ['a work']);
    assert.ok((await values('generate', 'x', '--sampler', 'eul')).includes('euler'));
    assert.ok((await values('')).includes('help'));
    const { paths } = await complete(program, ['upscale', ''], nothing);
    assert.is(paths, 'file');
    assert.is((await complete(program, ['train', ''], nothing)).paths, 'folder');
  });

  test('names of the home, without a gallery or settings there', async () => {
    assert.equal(await offered('lora', 'remove', ''), ['ink', 'sketches/quick', ':file']);
    assert.equal(await offered('schedule', 'pause', ''), ['j1', ':none']);
    assert.ok((await offered('create', '--style', 'glossy')).includes('glossy 3d render'));
    assert.equal(await offered('create', '--topic', 'nature l'), ['nature landscape', ':none']);
    assert.ok((await offered('models', 'pull', 'sd-')).includes('sd-turbo'));
    assert.equal(await offered('gallery', 'show', ''), [':none']);
    assert.ok((await offered('config', 'show', 'create.')).includes('create.score'));
    assert.ok((await offered('schedule', 'add', '--tz', 'Europe/Ber')).includes('Europe/Berlin'));
  });

  test('works by id, newest first, with their titles, and latest', async () => {
    const painted = await cli(['create', 'a red apple', '--steps', '1', '--no-upscale', '--json'], { env: { AI_ARTIST_HOME: home } });
    const { id } = JSON.parse(painted.stdout) as { id: string };
    assert.equal(await offered('gallery', 'show', ''), ['latest', id, ':none']);
    assert.equal(await offered('why', id.slice(0, 5)), [id, ':none']);
    const { stdout } = await cli(['__complete', 'ai-artist-gallery', 'show', id], { env: { AI_ARTIST_HOME: home } });
    assert.match(stdout, new RegExp(`^${id}\tRed apple$`, 'im'));
  });

  test('bash: commands, values behind =, values with spaces, files', async () => {
    assert.equal(await inBash('upsc'), ['upscale']);
    assert.equal(await inBash('create', '--seed'), ['--seed']);
    assert.equal(await inBash('generate', 'x', '--sampler', '=', 'ddim_t'), ['ddim_trailing']);
    assert.equal(await inBash('create', '--style', 'glossy'), ['glossy\\ 3d\\ render']);
    assert.equal(await inBash('upscale', 'fo'), ['fox.png']);
  });

  test('zsh: a real Tab completes commands, options and names', async () => {
    assert.match(await inZsh('ai-artist upsc', 'upscale'), /upscale/);
    assert.match(await inZsh('ai-artist create --style gloss', 'render'), /glossy\\ 3d\\ render/);
    assert.match(await inZsh('ai-artist lora remove sket', 'quick'), /ches\/quick/);
    assert.match(await inZsh('ai-artist upscale fo', 'png'), /fox\.png/);
  });

  test('fish: commands and options with what they mean, names, files', async () => {
    assert.match(await inFish('ai-artist upsc'), /^upscale\tEnlarge a picture$/m);
    assert.match(await inFish('ai-artist create --see'), /^--seed\tSeed of the start noise/m);
    assert.match(await inFish('ai-artist lora remove '), /^sketches\/quick\tLoRA$/m);
    assert.match(await inFish('ai-artist upscale fo'), /^fox\.png/m);
    assert.match(await inFish('ai-artist generate x --sampler=ddim_t'), /^--sampler=ddim_trailing$/m);
  });

  test('PowerShell: the script asks for the same answers', async () => {
    const { stdout } = await cli(['completion', 'powershell']);
    assert.match(stdout, /Register-ArgumentCompleter -Native -CommandName ai-artist,/);
    assert.match(stdout, /ai-artist __complete \$program @before \$current/);
  });
});
