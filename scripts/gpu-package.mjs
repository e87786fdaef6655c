#!/usr/bin/env node
// Makes the package @ai-artist/<platform>-<arch>-<backend> out of prebuilds/, which `npm run prebuild` has compiled with that backend, in
// gpu-packages/<platform>-<arch>-<backend>/, ready for `npm publish`. lib/engine/addon/gpu-packages.ts finds it where it is installed.
//
//   AI_ARTIST_GPU=vulkan npm run prebuild && node scripts/gpu-package.mjs vulkan
//   AI_ARTIST_GPU=cuda npm run prebuild && node scripts/gpu-package.mjs cuda12       the number of the CUDA toolkit
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBuildInfo } from './install/build-info.mjs';
import { libcFamily, prebuildFolder, prebuildName, proveLoads } from './install/prebuilt.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const titles = { vulkan: 'Vulkan', cuda12: 'CUDA 12', cuda13: 'CUDA 13' };

function main([backend]) {
  if (!(backend in titles)) throw new Error(`backend: expected one of ${Object.keys(titles).join(', ')}, got ${backend}`);
  const platform = prebuildFolder();
  const name = `@ai-artist/${platform}-${backend}`;
  if (!(name in manifest.peerDependencies)) throw new Error(`${name}: expected one of the optional peers in package.json`);
  const source = join(root, 'prebuilds', platform);
  const build = readBuildInfo(source);
  if (build === undefined) throw new Error(`${relative(root, source)}: expected a prebuild, got none. First: npm run prebuild`);
  const { gpu, version } = build;
  if (!backend.startsWith(gpu)) throw new Error(`prebuilds: expected the backend ${backend}, got ${gpu}`);
  if (version !== manifest.version) throw new Error(`prebuilds: expected version ${manifest.version}, got ${version}`);
  const proof = proveLoads(join(source, prebuildName()), root);
  if (!proof.ok) throw new Error(`the addon does not load: ${proof.reason}`);

  const folder = join(root, 'gpu-packages', `${platform}-${backend}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  cpSync(join(root, 'native/vendor/engine/LICENSE'), join(folder, 'engine.LICENSE'));
  cpSync(join(root, 'native/vendor/engine/ggml/LICENSE'), join(folder, 'ggml.LICENSE'));
  const libc = libcFamily();
  const { author, license, engines, repository } = manifest;
  const own = {
    name,
    version,
    description: `ai-artist for ${titles[backend]} on ${platform}`,
    license,
    author,
    ...(repository && { repository }),
    engines,
    os: [process.platform],
    cpu: [process.arch],
    ...(libc && { libc: [libc] }),
    peerDependencies: { [manifest.name]: version },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  writeFileSync(
    join(folder, 'README.md'),
    `# ${name}\n\nThe compiled addon of ${manifest.name} for ${titles[backend]}. Install it beside ${manifest.name}, of the same version; it is used if it works on your GPU:\n\n    npm install ${manifest.name} ${name}\n`,
  );
  process.stderr.write(`gpu-package: ${relative(root, folder)}\n`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`gpu-package: ${error.message}\n`);
  process.exitCode = 1;
}
