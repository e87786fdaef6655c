/** The artist's account in a process that a test can kill: `artist.ts HOME PORT`. Prints its address. */
import { openArtist } from '../support.ts';

const [, , home = '', port = '0'] = process.argv;
const { actor } = await openArtist({ home, port: Number(port) });
process.stdout.write(`${actor}\n`);
