#!/usr/bin/env node
/** The `ai-artist` command. Loads only yargs; a command and the library code that it needs are loaded when the command is chosen. */
import { main } from './shell/main.ts';

// The reader of our output may close it at any time (`| head -1`), which is not a failure. Without a listener, the stream's error would end
// the process with a stack trace. The write itself reports other errors (bin/print/streams.ts).
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2));
