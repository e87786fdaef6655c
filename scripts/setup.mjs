#!/usr/bin/env node
// Gets what a checkout needs besides Node and npm: a C++ compiler, CMake, make, cargo and git to compile the engine, and a Redis server for the
// tests. `npm install` asks for the first part, `npm test` (as "pretest") for all. It installs with the system's package manager where that
// needs no question: as root, where sudo asks for no password, or through Homebrew. Else it prints the one line to run and ends with 1.
//
//   node scripts/setup.mjs [--yes]     --yes: sudo may ask for the password
//   AI_ARTIST_SETUP=yes|no             the same for `npm install` and `npm test`; no: install nothing
import { getTools } from './install/get-tools.mjs';
import { createReport } from './install/report.mjs';
import { missingTools } from './install/tools.mjs';

const report = createReport();
const unknown = process.argv.slice(2).find((argument) => argument !== '--yes');
if (unknown !== undefined) {
  report.say(`expected --yes or nothing, got ${JSON.stringify(unknown)}`);
  process.exit(2);
}
const missing = missingTools({ engineSource: !process.env.AI_ARTIST_ENGINE_DIR, tests: true });
const failure = missing.length > 0 ? getTools(missing, { say: report.say, yes: process.argv.includes('--yes') }) : undefined;
if (failure) {
  report.say(failure);
  process.exitCode = 1;
}
report.close();
