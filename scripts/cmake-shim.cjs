#!/usr/bin/env node
// Stands in for node-gyp: prebuildify (and binding.gyp) call it as
//   cmake-shim.cjs rebuild --target=20.20.2 --devdir=… --arch=x64 --release
// and expect build/Release/*.node in the current folder. The work is done by cmake-js in build/portable, so that it can be resumed and
// never meets the build of `npm install`.
const { spawnSync } = require('node:child_process');
const { cpSync, existsSync, mkdirSync, readdirSync, rmSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const command = process.argv[2];
const option = (name) =>
  process.argv
    .slice(3)
    .find((argument) => argument.startsWith(`--${name}=`))
    ?.slice(name.length + 3);

if (!['rebuild', 'build', 'configure'].includes(command)) {
  process.stderr.write(`cmake-shim: expected rebuild, build or configure, got ${JSON.stringify(command)}\n`);
  process.exit(2);
}
const arch = option('arch') ?? process.arch;
const gpu = process.env.AI_ARTIST_GPU ?? (process.platform === 'darwin' ? 'metal' : 'off');
const workDir = join(root, 'build', `portable-${arch}`);
const cmakeJs = join(dirname(require.resolve('cmake-js/package.json')), 'bin/cmake-js');
const settings = ['-O', workDir, '-a', arch, '--CDAI_ARTIST_PORTABLE=ON', `--CDAI_ARTIST_GPU=${gpu}`];
const jobs = process.env.AI_ARTIST_JOBS ? ['-p', process.env.AI_ARTIST_JOBS] : [];

for (const step of command === 'configure' ? [['configure']] : [['configure'], ['build', ...jobs]]) {
  const { status } = spawnSync(process.execPath, [cmakeJs, ...step, ...settings], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (command !== 'configure') {
  const made = join(workDir, 'Release');
  const target = resolve('build/Release');
  if (!existsSync(made)) throw new Error(`cmake-shim: ${made} was not made`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(made).filter((file) => /\.(node|so|dylib|dll)$|^build\.json$/.test(file)))
    cpSync(join(made, name), join(target, name));
}
