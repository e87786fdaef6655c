#!/usr/bin/env node
/**
 * An addon for a debugger: `npm run build:debug [-- --sanitize address,undefined] [-- --gpu off]`. It goes to build/Debug, with sanitizers to
 * build/Sanitize, and leaves the addon of `npm install` alone; AI_ARTIST_BINARY names the one to load. Recipes: docs/debugging.md.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from './install/compile.mjs';
import { createReport } from './install/report.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { sanitize: { type: 'string' }, gpu: { type: 'string', default: 'off' } } });
const buildDir = path.join(root, 'build', values.sanitize ? 'Sanitize' : 'Debug');
const report = createReport();

try {
  await compile({
    root,
    buildDir,
    gpu: values.gpu,
    debug: true,
    defines: { AI_ARTIST_SANITIZE: values.sanitize ?? '', CMAKE_LIBRARY_OUTPUT_DIRECTORY: buildDir },
    report,
  });
  const file = path.relative(process.cwd(), path.join(buildDir, 'ai_artist.node'));
  report.say(`${file}; to use it: AI_ARTIST_BINARY=${file}`);
} catch (error) {
  report.say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  report.close();
}
