#!/usr/bin/env node
// Installs what a checkout needs besides Node and npm: a C++ compiler, CMake, make, cargo and git to compile the engine, a Redis server,
// Chromium, zsh, fish, mandoc, Prometheus and Alertmanager for the tests. `npm install` needs the first part, `npm test` (as "pretest") all of it. It uses the system's
// package manager if that needs no interaction: as root, with sudo that asks for no password, or with Homebrew. Else it prints the command
// to run and exits with status 1.
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
