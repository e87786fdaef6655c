/**
 * Our clients against servers that others made: `npm run bench -- networks`, or
 *
 *     npx tsx bench/networks/networks.ts [x] [mastodon] [bluesky] [--posts 40] [--document FILE]
 *
 * X's own OpenAPI document (`--document`, else from api.x.com) served by prism; mastodon-mock with its faults; a Bluesky PDS. The last two then get posts by two
 * senders that are killed at random, through a way that loses calls and answers: each must be there once. Installs the servers from npm and PyPI into
 * a temporary folder; needs python3 with venv, a C++ compiler and the network.
 */
import { parseArgs } from 'node:util';
import { hardware, hardwareLine } from '../hardware.ts';
import { checkBluesky } from './bluesky.ts';
import { checkMastodon } from './mastodon.ts';
import { checkX } from './x.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { posts: { type: 'string', default: '40' }, document: { type: 'string', default: 'https://api.x.com/2/openapi.json' } },
});
const count = Number(values.posts);
const checks: Record<string, () => Promise<string | string[]>> = {
  x: () => checkX(values.document),
  mastodon: () => checkMastodon(count),
  bluesky: () => checkBluesky(count),
};
const unknown = positionals.find((name) => !(name in checks));
if (unknown !== undefined) throw new Error(`networks: expected one of ${Object.keys(checks).join(', ')}, got ${unknown}`);
console.error(hardwareLine(await hardware()));
for (const name of positionals.length > 0 ? positionals : Object.keys(checks))
  for (const line of [(await checks[name]?.()) ?? []].flat()) console.log(`${name}: ${line}`);
process.exit(0);
