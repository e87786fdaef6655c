// A Bluesky PDS (@atproto/pds) with a directory of accounts in memory: `pds.mjs PORT PLC_PORT FOLDER`. Copied to where its packages are installed.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Secp256k1Keypair } from '@atproto/crypto';
import { envToCfg, envToSecrets, PDS } from '@atproto/pds';
import plc from '@did-plc/server';

const [port = '', plcPort = '', folder = ''] = process.argv.slice(2);
const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: Number(plcPort) });
await directory.start();
const key = await Secp256k1Keypair.create({ exportable: true });
const recovery = await Secp256k1Keypair.create();
for (const name of ['data', 'blobs']) mkdirSync(path.join(folder, name), { recursive: true });
const env = {
  devMode: true,
  port: Number(port),
  hostname: 'localhost',
  dataDirectory: path.join(folder, 'data'),
  blobstoreDiskLocation: path.join(folder, 'blobs'),
  didPlcUrl: `http://localhost:${plcPort}`,
  recoveryDidKey: recovery.did(),
  adminPassword: 'admin-password',
  jwtSecret: 'jwt-secret',
  serviceHandleDomains: ['.test'],
  modServiceUrl: 'https://moderator.invalid',
  modServiceDid: 'did:example:invalid',
  plcRotationKeyK256PrivateKeyHex: Buffer.from(await key.export()).toString('hex'),
  inviteRequired: false,
  disableSsrfProtection: true,
  crawlers: [],
};
const pds = await PDS.create(envToCfg(env), envToSecrets(env));
await pds.start();
