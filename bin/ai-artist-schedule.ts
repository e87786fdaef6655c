#!/usr/bin/env node
/** `ai-artist-schedule …` is `ai-artist schedule …`. */
import { main } from './shell/main.ts';

// See bin/ai-artist.ts.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main(['schedule', ...process.argv.slice(2)]);
