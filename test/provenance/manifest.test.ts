/** C2PA manifests, written and read here, and read by an independent program. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { equal, is, match, not, ok } from 'uvu/assert';
import { imageFormats, readRecipe } from '../../lib/doors/image.ts';
import { openIdentity, readManifest, signPicture } from '../../lib/doors/provenance.ts';
import { decodeImage } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { independently } from './independent.ts';
import { changed, encoded, newHome } from './support.ts';

const home = newHome();
const about = {
  id: '01KBFZ8Q2ZV7H8YJ3N5T6W9XAB',
  title: 'Waves',
  model: 'bundled',
  recipeHash: 'ab'.repeat(32),
  createdAt: '2026-12-01T10:00:00.000Z',
};

suite('a signed picture', (test) => {
  for (const format of imageFormats) {
    test(`${format}: says who made it and how, and keeps pixels and recipe`, async () => {
      const identity = await openIdentity({ home });
      const picture = await encoded(format);
      const signed = await signPicture(picture, identity, about);
      equal((await decodeImage(signed)).data, (await decodeImage(picture)).data);
      is((await readRecipe(signed))?.recipe.prompt, 'waves');
      const manifest = await readManifest(signed, identity);
      is(manifest.state, 'valid', manifest.problems.join());
      is(manifest.byThisHome, true);
      equal(manifest.digitalSourceTypes, ['trainedAlgorithmicMedia']);
      equal(manifest.actions, ['c2pa.created']);
      equal(manifest.work, { id: about.id, model: about.model, recipeHash: about.recipeHash });
      match(manifest.software ?? '', /^ai-artist \d/);
      match(manifest.signer?.name ?? '', /^ai-artist home [0-9a-f]{8}$/);
      is((await readManifest(signed, await openIdentity({ home: newHome() }))).byThisHome, false);
    });
    test(`${format}: one changed byte is tampering`, async () => {
      const identity = await openIdentity({ home });
      const manifest = await readManifest(changed(await signPicture(await encoded(format), identity, about), format), identity);
      is(manifest.state, 'tampered');
      is(manifest.byThisHome, false);
      match(manifest.problems.join(), /mismatch/);
    });
    test(`${format}: a derivative keeps the manifest of its master`, async () => {
      const identity = await openIdentity({ home });
      const master = await signPicture(await encoded('png'), identity, about);
      const derived = await signPicture(await encoded(format, 128), identity, { id: about.id, parent: master });
      const manifest = await readManifest(derived, identity);
      equal([manifest.state, manifest.manifests, manifest.hasParent], ['valid', 2, true]);
      equal(manifest.actions, ['c2pa.opened', 'c2pa.transcoded']);
      ok(derived.length - (await encoded(format, 128)).length < 12_000);
    });
    test(`${format}: a picture without a manifest has none`, async () => {
      is((await readManifest(await encoded(format))).state, 'absent');
    });
  }
  for (const format of ['png', 'jpeg'] as const) {
    test(`${format}: an independent reader accepts it, and rejects it once changed`, async () => {
      const identity = await openIdentity({ home });
      const master = await signPicture(await encoded(format), identity, about);
      const derived = await signPicture(await encoded(format, 128), identity, { parent: master });
      equal(await independently(master), { isValid: true, failures: [] });
      equal(await independently(derived), { isValid: true, failures: [] });
      equal(await independently(changed(master, format)), { isValid: false, failures: ['assertion.dataHash.mismatch'] });
    });
  }
  test('a manifest that is cut or overwritten is not valid', async () => {
    const identity = await openIdentity({ home });
    const signed = await signPicture(await encoded('png'), identity, about);
    const at = signed.indexOf('ai-artist.work');
    const forged = Buffer.from(signed);
    forged.write('ai-artist.w0rk', at);
    not.equal((await readManifest(forged, identity)).state, 'valid');
    const hole = Buffer.from(signed).fill(0, signed.indexOf('jumb'), signed.indexOf('jumb') + 40);
    ok(['unreadable', 'tampered', 'absent'].includes((await readManifest(hole, identity)).state));
  });
  test('the same picture is signed many times at once', async () => {
    const [identity, picture] = [await openIdentity({ home }), await encoded('png')];
    const all = await Promise.all(Array.from({ length: 8 }, () => signPicture(picture, identity, about)));
    for (const signed of all) is((await readManifest(signed, identity)).byThisHome, true);
    is('FileReaderSync' in globalThis, false);
  });
  test('another format is refused with the reason', async () => {
    const identity = await openIdentity({ home });
    await signPicture(Buffer.from('GIF89a, and more'), identity).then(
      () => ok(false),
      (error) => match(`${error.code} ${error.message}`, /^ERR_UNSUPPORTED picture: expected a PNG, JPEG or WebP, got/),
    );
  });
});

suite('the key of a home', (test) => {
  test('is made once, by whoever comes first, and only its owner may read it', async () => {
    const place = { home: newHome() };
    const all = await Promise.all(Array.from({ length: 6 }, () => openIdentity(place)));
    is(new Set(all.map(({ chain }) => chain[0]?.fingerprint256)).size, 1);
    const [leaf, root] = all[0]?.chain ?? [];
    ok(leaf && root && leaf.checkIssued(root) && leaf.verify(root.publicKey) && !leaf.ca && root.ca);
    const file = path.join(place.home, 'provenance/signing-key.pem');
    if (process.platform !== 'win32') equal([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777], [0o600, 0o700]);
    is(readFileSync(file, 'utf8').match(/PRIVATE KEY-----/g)?.length, 2, 'the key of the root is not kept');
  });
  test('is one, also when several processes need it at once', async () => {
    const home = newHome();
    const door = new URL('../../lib/doors/provenance.ts', import.meta.url).href;
    const script = `const { openIdentity } = await import(${JSON.stringify(door)});
      console.log((await openIdentity({ home: ${JSON.stringify(home)} })).chain[0].fingerprint256);`;
    const run = promisify(execFile);
    const processes = Array.from({ length: 3 }, () => run(process.execPath, ['--import', typescript, '--input-type=module', '-e', script]));
    const fingerprints = new Set((await Promise.all(processes)).map(({ stdout }) => stdout.trim()));
    is(fingerprints.size, 1);
    is(fingerprints.has((await openIdentity({ home })).chain[0]?.fingerprint256 ?? ''), true);
  });
  test('may be the own one of the owner', async () => {
    const from = newHome();
    await openIdentity({ home: from });
    const pem = readFileSync(path.join(from, 'provenance/signing-key.pem'), 'utf8');
    const [key, certificate] = [`${from}/own.key`, `${from}/own.pem`];
    writeFileSync(key, pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE')));
    writeFileSync(certificate, pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
    const identity = await openIdentity({ home: newHome(), keyFile: key, certificateFile: certificate });
    is((await readManifest(await signPicture(await encoded('jpeg'), identity), await openIdentity({ home: from }))).byThisHome, true);
    const other = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    writeFileSync(key, other.privateKey);
    const refused = async (place: Parameters<typeof openIdentity>[0]) =>
      openIdentity(place).then(
        () => 'accepted',
        (error) => `${error.code} ${error.message}`,
      );
    match(await refused({ keyFile: key, certificateFile: certificate }), /^ERR_CONFIG .*expected the certificate of the key first/);
    match(await refused({ keyFile: key }), /^ERR_CONFIG provenance\.certificateFile: expected a PEM file/);
    match(await refused({ keyFile: certificate, certificateFile: certificate }), /^ERR_CONFIG .*private key in PEM/);
    match(await refused({ keyFile: `${from}/none`, certificateFile: certificate }), /^ERR_READ /);
  });
  for (const [file, algorithm] of [
    ['p384.pem', 'es384'],
    ['ed25519.pem', 'ed25519'],
    ['rsa.pem', 'ps256'],
  ] as const)
    test(`${algorithm}: a certificate of this kind signs, and the independent reader accepts it`, async () => {
      // Made for this test with OpenSSL: key, certificate and root in one file.
      const own = fileURLToPath(new URL(`../fixtures/provenance/${file}`, import.meta.url));
      const identity = await openIdentity({ keyFile: own, certificateFile: own });
      is(identity.algorithm, algorithm);
      const signed = await signPicture(await encoded('png'), identity, about);
      is((await readManifest(signed, identity)).byThisHome, true);
      equal(await independently(signed), { isValid: true, failures: [] });
    });
  test('a damaged one is not replaced', async () => {
    const place = { home: newHome() };
    await openIdentity(place);
    const file = path.join(place.home, 'provenance/signing-key.pem');
    writeFileSync(file, 'nothing');
    await openIdentity(place).then(
      () => ok(false),
      (error) => match(`${error.code} ${error.message}`, /^ERR_DAMAGED .*private key/),
    );
    is(readFileSync(file, 'utf8'), 'nothing');
  });
});
