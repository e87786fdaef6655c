#!/usr/bin/env node
/**
 * An addon with symbols: `npm run build:debug [-- --sanitize address,undefined --gpu BACKEND]`. Each kind has its own folder
 * in build/, and the addon of `npm install` stays as it is; AI_ARTIST_BINARY names the one to load. How to use them: docs/debugging.md.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from './install/compile.mjs';
import { createReport } from './install/report.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { sanitize: { type: 'string' }, gpu: { type: 'string', default: 'off' } },
});
const folder = values.sanitize ? 'Sanitize' : 'Debug';
const buildDir = path.join(root, 'build', folder);
const report = createReport();

try {
  await compile({
    root,
    buildDir,
    gpu: values.gpu,
    debug: true,
    defines: { AI_ARTIST_STRIP: 'OFF', AI_ARTIST_SANITIZE: values.sanitize ?? '', CMAKE_LIBRARY_OUTPUT_DIRECTORY: buildDir },
    report,
  });
  report.say(`to use it: AI_ARTIST_BINARY=${path.relative(process.cwd(), path.join(buildDir, 'ai_artist.node'))}`);
} catch (error) {
  report.say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  report.close();
}
