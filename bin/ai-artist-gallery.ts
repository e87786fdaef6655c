#!/usr/bin/env node
/** `ai-artist-gallery …` is `ai-artist gallery …`. */
import { main } from './shell/main.ts';

// As in ai-artist.ts: a closed output is not a failure.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main(['gallery', ...process.argv.slice(2)]);
