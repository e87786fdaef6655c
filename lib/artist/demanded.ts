/** All that artist-on-demand.ts loads, in one piece: each piece of its own would cut what it shares with the rest into more files to read at import. */
export { createArtist } from './loop/artist.ts';
export { reproduce } from './reproduce/reproduce.ts';
