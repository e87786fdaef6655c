/** Works that are signed as they are filed, and the copies of them that an exported site has. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { derivingOf } from '../../lib/artist/index.ts';
import { loadConfig } from '../../lib/config/index.ts';
import { createArtist, reproduce } from '../../lib/doors/artist.ts';
import { isArtistError } from '../../lib/doors/core.ts';
import { exportSite, verifyGallery } from '../../lib/doors/gallery.ts';
import { openIdentity, readManifest } from '../../lib/doors/provenance.ts';
import { suite } from '../harness.ts';
import { independently } from './independent.ts';
import { newHome } from './support.ts';

const quick = { prompt: 'a red apple on a table', steps: 2, candidates: 1, score: false, upscale: false, seed: 11 } as const;
const signing = ['provenance.sign=true'];

suite('signed works', (test) => {
  test('a filed picture is signed by its home, and its record has the hash of the signed file', async () => {
    const home = newHome();
    await using artist = await createArtist({ home, set: signing });
    const { work, image } = await artist.create(quick);
    const file = readFileSync(work.path);
    is(work.image.sha256, createHash('sha256').update(file).digest('hex'));
    equal((await verifyGallery(artist.gallery)).findings, []);
    const identity = await openIdentity({ home });
    const manifest = await readManifest(file, identity);
    equal([manifest.state, manifest.byThisHome], ['valid', true]);
    equal([manifest.work?.id, manifest.work?.recipeHash, manifest.work?.model], [work.id, work.recipeHash, work.recipe?.model?.name]);
    is(work.provenance?.['signedWith'], identity.chain[0]?.fingerprint256);
    is(work.provenance?.['digitalSourceType'], 'trainedAlgorithmicMedia');
    equal(await independently(file), { isValid: true, failures: [] });
    is((await reproduce(work, { home })).verdict, 'bit-exact');
    is((await artist.create(quick)).filed, false, 'the same picture is not filed twice');
    ok(image.width === work.image.width);
  });

  test('unsigned works repeat byte for byte, as before', async () => {
    const files = await Promise.all(
      [newHome(), newHome()].map(async (home) => {
        await using artist = await createArtist({ home });
        return readFileSync((await artist.create(quick)).work.path);
      }),
    );
    is(files[0]?.equals(files[1] ?? new Uint8Array()), true);
    is((await readManifest(files[0] ?? new Uint8Array())).state, 'absent');
  });

  test('the copies of an exported site name the work as their parent', async () => {
    const home = newHome();
    await using artist = await createArtist({ home, set: signing });
    const { work } = await artist.create(quick);
    const out = path.join(newHome(), 'site');
    await exportSite(artist.gallery, [work.id], out, { derive: derivingOf(await loadConfig({ home, set: signing })) });
    const identity = await openIdentity({ home });
    is(
      (await readManifest(readFileSync(path.join(out, 'images', readdirSync(path.join(out, 'images'))[0] ?? '')), identity)).byThisHome,
      true,
    );
    const copy = await readManifest(readFileSync(path.join(out, 'thumbs', `${work.id}.webp`)), identity);
    equal([copy.state, copy.byThisHome, copy.manifests, copy.hasParent, copy.work?.id], ['valid', true, 2, true, work.id]);
  });

  test('a key that does not fit is said before anything is painted', async () => {
    await using artist = await createArtist({ home: newHome(), set: [...signing, 'provenance.keyFile=none.pem'] });
    const planned: string[] = [];
    await artist.create({ ...quick, onPlan: ({ prompt }) => void planned.push(prompt) }).then(
      () => ok(false),
      (error: unknown) =>
        match(isArtistError(error) ? `${error.code} ${error.message}` : '', /^ERR_CONFIG provenance\.certificateFile: expected a PEM file/),
    );
    equal(planned, []);
  });
});
