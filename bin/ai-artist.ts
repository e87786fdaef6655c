#!/usr/bin/env node
/** The `ai-artist` command. Loads yargs and nothing else: a command, and the library behind it, is read when it is chosen. */
import { main } from './shell/main.ts';

// The reader of our output may go away at any time (`| head -1`). What was to be read is then of no interest, and that is no failure: without
// a listener the stream's error would end the process with a stack trace. Other errors reach whoever writes (bin/print/streams.ts).
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2));
