/** Many posts to a real Bluesky server, the PDS of the project itself, by senders that are killed and through a way that loses answers. */
import { readFileSync } from 'node:fs';
import { freePort } from '../../test/support/free-port.ts';
import { installNode, startServer, writeInto } from './programs.ts';
import { manyFaults, sendMany } from './sending.ts';

const packages = ['@atproto/pds@0.4.217', '@did-plc/server@0.0.1', '@did-plc/lib@0.0.4', '@atproto/crypto', 'uint8arrays@3.0.0'];
const password = 'password-of-the-artist';

export async function checkBluesky(count: number): Promise<string> {
  const at = installNode('pds', packages, true);
  const program = writeInto(at, 'pds.mjs', readFileSync(new URL('pds.mjs', import.meta.url), 'utf8'));
  const [port, plcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  await startServer(process.execPath, [program, String(port), String(plcPort), at], `${url}/xrpc/_health`, { LOG_ENABLED: '0' });
  const call = async <T>(name: string, body?: object, token?: string): Promise<T> => {
    const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${url}/xrpc/${name}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`networks: expected ${name} to succeed, got ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const account = { email: 'artist@example.org', handle: 'artist.test', password };
  const { did, accessJwt } = await call<{ did: string; accessJwt: string }>('com.atproto.server.createAccount', account);
  const app = await call<{ password: string }>('com.atproto.server.createAppPassword', { name: 'artist' }, accessJwt);
  const texts = async (): Promise<string[]> => {
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = new URLSearchParams({
        repo: did,
        collection: 'app.bsky.feed.post',
        limit: '100',
        ...(cursor !== undefined && { cursor }),
      });
      const page = await call<{ records: { value: { text: string } }[]; cursor?: string }>(`com.atproto.repo.listRecords?${query}`);
      found.push(...page.records.map(({ value }) => value.text));
      if (page.cursor === undefined || page.records.length === 0) return found;
      cursor = page.cursor;
    }
  };
  const faults = manyFaults('POST /xrpc/com.atproto.repo.putRecord');
  return sendMany({ network: 'bluesky', url, secrets: { identifier: 'artist.test', password: app.password }, count, faults, texts });
}
